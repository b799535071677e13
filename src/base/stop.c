#include "rounds/stop.h"

void stop_init(struct stop *stop)
{
    atomic_init(&stop->level, STOP_NONE);
    atomic_init(&stop->cause, STOP_CAUSE_NONE);
}

void stop_raise(struct stop *stop, enum stop_level level, enum stop_cause cause)
{
    int none = STOP_CAUSE_NONE;
    int today = atomic_load(&stop->level);

    atomic_compare_exchange_strong(&stop->cause, &none, (int)cause);
    while (today < (int)level &&
           !atomic_compare_exchange_weak(&stop->level, &today, (int)level))
        continue;
}

enum stop_level stop_level(const struct stop *stop)
{
    return (enum stop_level)atomic_load(&stop->level);
}

enum stop_cause stop_cause(const struct stop *stop)
{
    return (enum stop_cause)atomic_load(&stop->cause);
}
