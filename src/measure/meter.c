#include "rounds/meter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rounds/clock.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"
#include "strays.h"

enum {
    GRACE_US = 2 * 1000 * 1000, /* between SIGTERM and SIGKILL */
    COMPLAINT_BYTES = 2000,     /* kept of what it wrote to stderr */
    FIGURES_BYTES = 4096,       /* at most */
    EXIT_NO_PROGRAM = 127,
};

struct meter {
    int signals; /* a descriptor that tells of them */
    sigset_t before;
    int caught;
    struct strays strays;
};

/* A program that runs. */
struct run {
    struct meter *meter;
    struct meter_reading *reading;
    pid_t pid; /* and its group's */
    int figures;
    int complaint;
    int64_t began_us;
    int64_t act_us; /* when it is to be ended, or killed; 0: never */
    bool is_ending; /* it was sent SIGTERM */
    bool is_over;
};

static bool is_ignored(int number)
{
    struct sigaction action;

    return sigaction(number, NULL, &action) == 0 &&
           action.sa_handler == SIG_IGN;
}

/* What was to be ignored when we began (nohup, a job in the background) is. */
static void choose_watched(sigset_t *watched)
{
    static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };

    sigemptyset(watched);
    sigaddset(watched, SIGCHLD);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        if (!is_ignored(numbers[i]))
            sigaddset(watched, numbers[i]);
}

struct meter *meter_create(struct strbuf *why)
{
    struct meter *meter = xcalloc(1, sizeof(*meter));
    sigset_t watched;

    choose_watched(&watched);
    (void)signal(SIGCHLD, SIG_DFL); /* ignored, it would hide how they end */
    meter->signals = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
    if (meter->signals < 0) {
        strbuf_addf(why, _("signals cannot be watched: %s\n"),
                    error_text(errno));
        free(meter);
        return NULL;
    }
    (void)sigprocmask(SIG_BLOCK, &watched, &meter->before); /* cannot fail */
    strays_init(&meter->strays);
    /* What a program leaves behind comes to us, to be ended and waited for. */
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    return meter;
}

void meter_destroy(struct meter *meter)
{
    if (!meter)
        return;
    (void)close(meter->signals); /* nothing was written to it */
    (void)sigprocmask(SIG_SETMASK, &meter->before, NULL);
    strays_release(&meter->strays);
    free(meter);
}

/* Whether one that is to end us came since the last call. */
static bool take_signals(struct meter *meter)
{
    struct signalfd_siginfo signal;
    bool is_told = false;

    while (read(meter->signals, &signal, sizeof(signal)) == sizeof(signal)) {
        if (signal.ssi_signo == SIGCHLD)
            continue; /* several may have become one: see look_for_end() */
        if (!meter->caught)
            meter->caught = (int)signal.ssi_signo;
        is_told = true;
    }
    return is_told;
}

int meter_signal(struct meter *meter)
{
    (void)take_signals(meter);
    return meter->caught;
}

/* In the child, to be OPENED's number from now on, also after exec. */
static void place(int opened, int number)
{
    if (opened == number)
        (void)fcntl(opened, F_SETFD, 0);
    else
        (void)dup2(opened, number);
}

/* In the child, between fork() and exec(). */
static _Noreturn void become(const struct meter *meter,
                             const struct meter_program *program, pid_t parent,
                             int complaint, int figures)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

    (void)setpgid(0, 0);
    /* Whatever happens to us, it does not go on alone. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != parent)
        _exit(EXIT_NO_PROGRAM);
    place(complaint, STDERR_FILENO);
    place(nothing, STDIN_FILENO);
    place(nothing, STDOUT_FILENO);
    if (program->has_figures)
        place(figures, METER_FIGURES_DESCRIPTOR);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)signal(SIGXFSZ, SIG_DFL);
    (void)sigprocmask(SIG_SETMASK, &meter->before, NULL);
    execv(program->path, program->arguments);
    dprintf(STDERR_FILENO, "%s: %s\n", program->path, strerror(errno));
    _exit(EXIT_NO_PROGRAM);
}

static bool open_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) != 0) {
        ends[0] = ends[1] = -1;
        return false;
    }
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return true;
}

static void close_end(int *end)
{
    if (*end >= 0)
        (void)close(*end); /* it was only read, or never written to */
    *end = -1;
}

static bool start(struct run *run, const struct meter_program *program)
{
    int complaint[2], figures[2];
    bool has_complaint = open_pipe(complaint);
    bool has_figures = open_pipe(figures); /* both are closed, open or not */
    pid_t parent = getpid();

    run->began_us = clock_monotonic_us();
    run->pid = has_complaint && has_figures ? fork() : -1;
    if (run->pid == 0)
        become(run->meter, program, parent, complaint[1], figures[1]);
    if (run->pid < 0)
        run->reading->code = errno;
    else
        (void)setpgid(run->pid, run->pid); /* whoever of us comes first */
    close_end(&complaint[1]);
    close_end(&figures[1]);
    run->complaint = complaint[0];
    run->figures = figures[0];
    return run->pid > 0;
}

/* Ends are noted as the first reason for which it was ended. */
static void end_program(struct run *run, enum meter_end end)
{
    if (run->is_ending) {
        (void)kill(-run->pid, SIGKILL);
        run->act_us = 0;
        return;
    }
    (void)kill(-run->pid, SIGTERM);
    run->is_ending = true;
    run->reading->end = end;
    run->act_us = clock_monotonic_us() + GRACE_US;
}

/* False: there is nothing more to read. */
static bool read_some(int from, struct strbuf *into)
{
    char bytes[4096];
    ssize_t count = read(from, bytes, sizeof(bytes));

    if (count > 0)
        strbuf_add(into, bytes, (size_t)count);
    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

/* Only the end of a long complaint is kept. */
static void shorten(struct strbuf *text)
{
    size_t excess;

    if (text->length <= COMPLAINT_BYTES)
        return;
    excess = text->length - COMPLAINT_BYTES;
    memmove(text->data, text->data + excess, COMPLAINT_BYTES);
    strbuf_truncate(text, COMPLAINT_BYTES);
}

static void read_complaint(struct run *run)
{
    if (run->complaint >= 0 &&
        !read_some(run->complaint, &run->reading->complaint))
        close_end(&run->complaint);
    shorten(&run->reading->complaint);
}

static void read_figures(struct run *run)
{
    if (run->figures >= 0 &&
        (!read_some(run->figures, &run->reading->figures) ||
         run->reading->figures.length > FIGURES_BYTES))
        close_end(&run->figures);
}

static int64_t time_us(const struct timeval *time)
{
    return (int64_t)time->tv_sec * 1000000 + time->tv_usec;
}

static void note_usage(struct meter_reading *reading, int status,
                       const struct rusage *usage)
{
    reading->cpu_us = time_us(&usage->ru_utime) + time_us(&usage->ru_stime);
    reading->peak_bytes = (int64_t)usage->ru_maxrss * 1024;
    reading->switches = usage->ru_nvcsw + usage->ru_nivcsw;
    if (reading->end != METER_EXITED)
        return; /* we ended it */
    if (WIFSIGNALED(status))
        reading->end = METER_SIGNALLED;
    reading->code =
        WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

/*
 * As long as the program was not waited for, its number, and so its group's, is
 * nobody else's: whoever is left in it is ended first. Who made a group of its
 * own comes to us when its parent ends.
 */
static void take_end(struct run *run)
{
    struct rusage usage = { 0 };
    int status = 0;

    run->reading->wall_us = clock_monotonic_us() - run->began_us;
    run->is_over = true;
    (void)kill(-run->pid, SIGKILL);
    (void)wait4(run->pid, &status, 0, &usage); /* it has ended */
    note_usage(run->reading, status, &usage);
    while (waitpid(-run->pid, NULL, 0) > 0 || errno == EINTR)
        ;
    strays_end(&run->meter->strays);
}

static void look_for_end(struct run *run)
{
    siginfo_t info = { 0 };

    if (waitid(P_PID, (id_t)run->pid, &info, WEXITED | WNOHANG | WNOWAIT) ==
            0 &&
        info.si_pid == run->pid)
        take_end(run);
}

static int wait_ms(const struct run *run)
{
    int64_t left_us = run->act_us - clock_monotonic_us();

    if (!run->act_us)
        return -1;
    return left_us > 0 ? (int)(left_us / 1000) + 1 : 0;
}

static void attend(struct run *run)
{
    struct pollfd events[] = {
        { .fd = run->meter->signals, .events = POLLIN },
        { .fd = run->complaint, .events = POLLIN },
        { .fd = run->figures, .events = POLLIN },
    };

    (void)poll(events, 3, wait_ms(run));
    /* Signals first: a SIGCHLD that comes later ends the next poll(). */
    if (take_signals(run->meter))
        end_program(run, METER_INTERRUPTED);
    look_for_end(run);
    if (run->is_over)
        return;
    if (events[1].revents)
        read_complaint(run);
    if (events[2].revents)
        read_figures(run);
    if (run->act_us && clock_monotonic_us() >= run->act_us)
        end_program(run, METER_TIMED_OUT);
}

/* Whoever could write has ended. */
static void read_rest(struct run *run)
{
    struct meter_reading *reading = run->reading;
    size_t before;

    do {
        before = reading->figures.length;
        read_figures(run);
    } while (reading->figures.length != before);
    while (run->complaint >= 0) {
        read_complaint(run);
        if (run->complaint >= 0 &&
            poll(&(struct pollfd){ .fd = run->complaint, .events = POLLIN }, 1,
                 0) <= 0)
            break; /* one that we may not end still holds it */
    }
}

void meter_run(struct meter *meter, const struct meter_program *program,
               struct meter_reading *reading)
{
    struct run run = { .meter = meter, .reading = reading };

    *reading = (struct meter_reading){ .end = METER_EXITED };
    strbuf_init(&reading->figures);
    strbuf_init(&reading->complaint);
    if (!start(&run, program)) {
        reading->end = METER_NOT_STARTED;
    } else {
        if (program->limit_us)
            run.act_us = run.began_us + program->limit_us;
        while (!run.is_over)
            attend(&run);
        read_rest(&run);
    }
    close_end(&run.complaint);
    close_end(&run.figures);
}

void meter_reading_release(struct meter_reading *reading)
{
    strbuf_release(&reading->figures);
    strbuf_release(&reading->complaint);
}
