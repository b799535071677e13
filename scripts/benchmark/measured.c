/*
 * Run a command and write down what it took: measured FILE COMMAND...
 *
 * FILE gets one line: start (Unix time, us), wall, user and system time (us),
 * peak resident memory (KiB). The exit status is the command's. A small program
 * of its own, since what a process remembers as its peak begins with the size
 * of the one that started it.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_OWN = 125, EXIT_NO_COMMAND = 127 };

static int64_t now_us(clockid_t clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now); /* both clocks always exist */
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t time_us(const struct timeval *time)
{
    return (int64_t)time->tv_sec * 1000000 + time->tv_usec;
}

static int complain(const char *what)
{
    fprintf(stderr, "measured: %s: %s\n", what, strerror(errno));
    return EXIT_OWN;
}

int main(int argc, char **argv)
{
    int64_t started_us, began_us, wall_us;
    struct rusage usage;
    FILE *file;
    int status;
    pid_t pid;

    if (argc < 3) {
        fprintf(stderr, "usage: measured FILE COMMAND...\n");
        return EXIT_OWN;
    }
    file = fopen(argv[1], "we");
    if (!file)
        return complain(argv[1]);
    started_us = now_us(CLOCK_REALTIME);
    began_us = now_us(CLOCK_MONOTONIC);
    pid = fork();
    if (pid == 0) {
        execvp(argv[2], argv + 2);
        (void)complain(argv[2]);
        _exit(EXIT_NO_COMMAND);
    }
    if (pid < 0 || wait4(pid, &status, 0, &usage) < 0)
        return complain(argv[2]);
    wall_us = now_us(CLOCK_MONOTONIC) - began_us;
    fprintf(file, "%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %ld\n",
            started_us, wall_us, time_us(&usage.ru_utime),
            time_us(&usage.ru_stime), usage.ru_maxrss);
    if (fclose(file) != 0)
        return complain(argv[1]);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
