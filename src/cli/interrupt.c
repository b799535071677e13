#include "interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "rounds/report.h"

static struct stop *_Atomic watched;
static atomic_int came; /* the first signal; 0: none yet */

static void handle(int number)
{
    int none = 0;

    if (!atomic_compare_exchange_strong(&came, &none, number)) {
        report_remove_unfinished();
        _exit(128 + number);
    }
    stop_raise(atomic_load(&watched), STOP_SOON,
               number == SIGINT ? STOP_CAUSE_INTERRUPT : STOP_CAUSE_TERMINATE);
}

/* A signal that was ignored when the program began, as by nohup, remains so. */
static void set_handler(int number, void (*handler)(int))
{
    struct sigaction action;

    (void)sigaction(number, NULL, &action); /* valid signals: cannot fail */
    if (action.sa_handler == SIG_IGN)
        return;
    memset(&action, 0, sizeof(action));
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    (void)sigaction(number, &action, NULL);
}

void interrupt_watch(struct stop *stop)
{
    atomic_store(&watched, stop);
    set_handler(SIGINT, handle);
    set_handler(SIGTERM, handle);
}

void interrupt_release(void)
{
    set_handler(SIGINT, SIG_DFL);
    set_handler(SIGTERM, SIG_DFL);
}

int interrupt_signal(void)
{
    return atomic_load(&came);
}
