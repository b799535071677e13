#include "descriptors.h"

#include <stdint.h>
#include <sys/resource.h>

size_t descriptors_raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return SIZE_MAX;
    if (limit.rlim_cur < limit.rlim_max) {
        struct rlimit raised = { limit.rlim_max, limit.rlim_max };

        if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
            limit = raised;
    }
    return limit.rlim_cur == RLIM_INFINITY ? SIZE_MAX : (size_t)limit.rlim_cur;
}

size_t descriptors_allow(size_t limit, size_t wanted)
{
    size_t allowed =
        limit > DESCRIPTORS_ELSEWHERE
            ? (limit - DESCRIPTORS_ELSEWHERE) / DESCRIPTORS_A_WORKER
            : 0;

    if (!allowed)
        allowed = 1;
    return allowed < wanted ? allowed : wanted;
}
