#ifndef ROUNDS_ENGINE_WAKER_H
#define ROUNDS_ENGINE_WAKER_H

/*
 * Wakes a thread out of a blocking transfer: curl_easy_perform() looks at our
 * progress callback only when something happens or a second has passed, unless
 * a signal interrupts its poll(). The signal's handler does nothing at all; a
 * timer of the thread's own, or another thread, sends it, and sends it again
 * every WAKER_AGAIN_MS, since one that comes just before the poll() is lost.
 * https://man7.org/linux/man-pages/man2/timer_create.2.html, SIGEV_THREAD_ID
 */

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

enum { WAKER_AGAIN_MS = 20 };

struct waker {
    timer_t timer;
    bool has_timer;
    bool is_armed;
};

/* Once in the process, before the first waker; false: errno says why. */
bool waker_install(void);

/* For the calling thread, which alone may use it. */
void waker_init(struct waker *waker);
void waker_release(struct waker *waker);

/* From AT_US (monotonic) on, until disarmed. A transfer_waker (transfer.h). */
void waker_arm(void *context, int64_t at_us); /* CONTEXT: the waker */
void waker_disarm(struct waker *waker);

/* Wakes THREAD now, once; any thread. */
void waker_wake(pthread_t thread);

#endif
