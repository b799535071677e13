#include "rounds/engine.h"

#include <string.h>

engine_run *engine_find(const char *name)
{
    if (!strcmp(name, "threads"))
        return engine_run_threads;
    if (!strcmp(name, "async"))
        return engine_run_async;
    return NULL;
}
