#include "waker.h"

#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Ignored by default, so that a late one harms nobody. */
#define WAKE_SIGNAL SIGURG

#ifndef sigev_notify_thread_id /* glibc names it so only since 2.38 */
#define sigev_notify_thread_id _sigev_un._tid
#endif

static void do_nothing(int number)
{
    (void)number;
}

bool waker_install(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_handler = do_nothing; /* and no SA_RESTART: poll() must end */
    sigemptyset(&action.sa_mask);
    return sigaction(WAKE_SIGNAL, &action, NULL) == 0;
}

void waker_init(struct waker *waker)
{
    memset(waker, 0, sizeof(*waker));
}

void waker_release(struct waker *waker)
{
    if (waker->has_timer)
        (void)timer_delete(waker->timer); /* it exists, so it cannot fail */
    waker_init(waker);
}

/* Made when first needed: few plans have a read_timeout. */
static bool make_timer(struct waker *waker)
{
    struct sigevent event;

    if (waker->has_timer)
        return true;
    memset(&event, 0, sizeof(event));
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = WAKE_SIGNAL;
    event.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
    waker->has_timer =
        timer_create(CLOCK_MONOTONIC, &event, &waker->timer) == 0;
    return waker->has_timer;
}

void waker_arm(void *context, int64_t at_us)
{
    struct waker *waker = context;
    struct itimerspec when = {
        .it_value = { .tv_sec = (time_t)(at_us / 1000000),
                      .tv_nsec = (long)(at_us % 1000000 * 1000) },
        .it_interval = { .tv_nsec = WAKER_AGAIN_MS * 1000000L },
    };

    /* Without a timer the limit is still kept, to within a second. */
    if (make_timer(waker))
        waker->is_armed =
            timer_settime(waker->timer, TIMER_ABSTIME, &when, NULL) == 0;
}

void waker_disarm(struct waker *waker)
{
    static const struct itimerspec never;

    if (waker->is_armed)
        (void)timer_settime(waker->timer, 0, &never, NULL);
    waker->is_armed = false;
}

void waker_wake(pthread_t thread)
{
    (void)pthread_kill(thread, WAKE_SIGNAL); /* gone already: fine */
}
