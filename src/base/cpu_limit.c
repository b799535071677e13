#include "rounds/cpu_limit.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef sigev_notify_thread_id /* glibc names it so only since 2.38 */
#define sigev_notify_thread_id _sigev_un._tid
#endif

static _Thread_local struct cpu_limit *volatile running;

static void pass(int number)
{
    struct cpu_limit *limit = running;

    (void)number;
    if (!limit) /* it came late */
        return;
    limit->is_passed = true;
    limit->passed(limit->context);
}

static void install(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_handler = pass;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    (void)sigaction(SIGVTALRM, &action, NULL); /* a signal there is */
}

static bool start_timer(struct cpu_limit *limit, int64_t limit_ms)
{
    struct sigevent event;
    const struct itimerspec when = {
        .it_value = { .tv_sec = (time_t)(limit_ms / 1000),
                      .tv_nsec = (long)(limit_ms % 1000 * 1000000) },
    };

    memset(&event, 0, sizeof(event));
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = SIGVTALRM;
    event.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
    if (timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &limit->timer) != 0)
        return false;
    /* It exists, and the time is one that there is. */
    (void)timer_settime(limit->timer, 0, &when, NULL);
    return true;
}

void cpu_limit_begin(struct cpu_limit *limit, int64_t limit_ms,
                     cpu_limit_passed *passed, void *context)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    assert(!running && limit_ms > 0);
    (void)pthread_once(&once, install);
    *limit = (struct cpu_limit){ .passed = passed, .context = context };
    running = limit;
    limit->has_timer = start_timer(limit, limit_ms);
}

bool cpu_limit_end(struct cpu_limit *limit)
{
    running = NULL;
    if (limit->has_timer)
        (void)timer_delete(limit->timer); /* it exists */
    return limit->is_passed;
}
