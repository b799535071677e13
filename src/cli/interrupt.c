#include "interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static struct stop *_Atomic watched;
static atomic_int came; /* the first signal; 0: none yet */

static void handle(int number)
{
    int none = 0;

    if (!atomic_compare_exchange_strong(&came, &none, number))
        _exit(128 + number);
    stop_raise(atomic_load(&watched), STOP_SOON,
               number == SIGINT ? STOP_CAUSE_INTERRUPT : STOP_CAUSE_TERMINATE);
}

void interrupt_watch(struct stop *stop)
{
    struct sigaction action;

    atomic_store(&watched, stop);
    memset(&action, 0, sizeof(action));
    action.sa_handler = handle;
    sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL); /* valid signals: cannot fail */
    (void)sigaction(SIGTERM, &action, NULL);
}

void interrupt_release(void)
{
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGTERM, SIG_DFL);
}

int interrupt_signal(void)
{
    return atomic_load(&came);
}
