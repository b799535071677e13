#include "rounds/vitals.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rounds/clock.h"

enum { COUNT_EVERY_US = 500 * 1000 };

static int64_t cpu_time_us(void)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return 0;
    return (int64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

unsigned vitals_cpus(void)
{
    cpu_set_t cpus;

    if (sched_getaffinity(0, sizeof(cpus), &cpus) != 0)
        return 1; /* more than 1024 of them */
    return (unsigned)CPU_COUNT(&cpus);
}

static void count_descriptors(struct vitals *vitals, int64_t now_us)
{
    /* Not opendir(): ThreadSanitizer takes no note of the descriptor that it
     * opens, and closing it for a race with who had that number before. */
    int opened = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = opened < 0 ? NULL : fdopendir(opened);
    size_t count = 0;

    vitals->counted_us = now_us;
    if (!folder) {
        if (opened >= 0)
            (void)close(opened); /* nothing was written to it */
        return;
    }
    while (readdir(folder))
        count++;
    (void)closedir(folder);
    count -= 3; /* ".", ".." and the folder itself */
    if (count > vitals->descriptors_most)
        vitals->descriptors_most = count;
}

/* A folder's links are itself, its name and those below it: the threads. */
void vitals_note_threads(struct vitals *vitals)
{
    struct stat task;

    if (stat("/proc/self/task", &task) == 0 && task.st_nlink > 2 &&
        task.st_nlink - 2 > vitals->threads_most)
        vitals->threads_most = task.st_nlink - 2;
}

void vitals_begin(struct vitals *vitals)
{
    struct rlimit limit;

    *vitals = (struct vitals){ .descriptors_limit = SIZE_MAX };
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
        limit.rlim_max != RLIM_INFINITY)
        vitals->descriptors_limit = (size_t)limit.rlim_max;
    vitals->cpus = vitals_cpus();
    vitals->cpu_before_us = cpu_time_us();
    vitals->began_us = clock_monotonic_us();
    vitals->counted_us = vitals->began_us;
}

void vitals_note_wake(struct vitals *vitals, int64_t due_us)
{
    int64_t now_us = clock_monotonic_us();
    int64_t late_us = now_us - due_us;

    vitals->wakes++;
    if (late_us > 0)
        vitals->wakes_late_us += late_us;
    if (late_us > vitals->latest_wake_us)
        vitals->latest_wake_us = late_us;
    if (late_us > VITALS_LATE_US)
        vitals->late_wakes++;
    if (now_us - vitals->counted_us >= COUNT_EVERY_US)
        count_descriptors(vitals, now_us);
    vitals_note_threads(vitals);
}

void vitals_end(struct vitals *vitals)
{
    vitals->elapsed_us = clock_monotonic_us() - vitals->began_us;
    vitals->cpu_us = cpu_time_us() - vitals->cpu_before_us;
}
