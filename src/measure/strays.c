#include "strays.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "rounds/xalloc.h"

/* The children of this thread, the caller's; none where there is no /proc. */
static pid_t *list_children(size_t *count)
{
    FILE *stream = fopen("/proc/thread-self/children", "re");
    pid_t *children = NULL;
    char *word = NULL;
    size_t size = 0;

    *count = 0;
    if (!stream)
        return NULL;
    while (getdelim(&word, &size, ' ', stream) > 0) {
        children = xreallocarray(children, *count + 1, sizeof(*children));
        children[(*count)++] = (pid_t)strtol(word, NULL, 10);
    }
    free(word);
    (void)fclose(stream); /* it was only read */
    return children;
}

void strays_init(struct strays *strays)
{
    strays->spared = list_children(&strays->spared_count);
}

void strays_release(struct strays *strays)
{
    free(strays->spared);
    *strays = (struct strays){ 0 };
}

static bool is_spared(const struct strays *strays, pid_t child)
{
    for (size_t i = 0; i < strays->spared_count; i++)
        if (strays->spared[i] == child)
            return true;
    return false;
}

static bool end_child(pid_t child)
{
    if (kill(child, SIGKILL) != 0) {
        (void)waitpid(child, NULL, WNOHANG);
        return false;
    }
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    return true;
}

void strays_end(const struct strays *strays)
{
    bool has_ended_some = true;

    /* The children of one that ends become ours before it can be waited for. */
    while (has_ended_some) {
        size_t count;
        pid_t *children = list_children(&count);

        has_ended_some = false;
        for (size_t i = 0; i < count; i++)
            if (!is_spared(strays, children[i]))
                has_ended_some |= end_child(children[i]);
        free(children);
    }
}
