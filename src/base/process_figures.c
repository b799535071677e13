#include "rounds/process_figures.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t cpu_us(void)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return -1;
    return (int64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

/* The second number of statm: resident pages. */
static int64_t memory_bytes(void)
{
    int opened = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    char text[128];
    ssize_t length = opened < 0 ? -1 : read(opened, text, sizeof(text) - 1);
    const char *second;
    long long pages;

    if (opened >= 0)
        (void)close(opened); /* nothing was written to it */
    text[length > 0 ? length : 0] = '\0';
    second = strchr(text, ' ');
    pages = second ? strtoll(second, NULL, 10) : 0;
    return pages > 0 ? (int64_t)pages * sysconf(_SC_PAGESIZE) : -1;
}

/* Not opendir(): see vitals.c. */
static int64_t descriptors(void)
{
    int opened = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = opened < 0 ? NULL : fdopendir(opened);
    int64_t count = 0;

    if (!folder) {
        if (opened >= 0)
            (void)close(opened); /* nothing was written to it */
        return -1;
    }
    while (readdir(folder))
        count++;
    (void)closedir(folder);
    return count - 3; /* ".", ".." and the folder itself */
}

static int64_t descriptors_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
        limit.rlim_cur == RLIM_INFINITY)
        return -1;
    return (int64_t)limit.rlim_cur;
}

/* A folder's links are itself, its name and those below it: the threads. */
static int64_t threads(void)
{
    struct stat task;

    if (stat("/proc/self/task", &task) != 0 || task.st_nlink <= 2)
        return -1;
    return (int64_t)task.st_nlink - 2;
}

struct process_figures process_figures_now(void)
{
    return (struct process_figures){ .cpu_us = cpu_us(),
                                     .memory_bytes = memory_bytes(),
                                     .descriptors = descriptors(),
                                     .descriptors_limit = descriptors_limit(),
                                     .threads = threads() };
}
