#include "deliver.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rounds/clock.h"
#include "rounds/text.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

enum {
    LONGEST_COMPLAINT_BYTES = 300,
    LOOK_MS = 200, /* how often whether we are to stop */
    FIRST_OTHER_FD = 3,
    DRAIN_MS = 200, /* what has ended has said what it had to say */
};

/* A program that runs; descriptors are ours, -1: closed. */
struct running {
    pid_t pid;
    int pidfd;
    int input;
    int complaints;
    const char *text; /* what is left of its input */
    size_t left;
    struct strbuf said; /* on its stderr, the beginning of it */
};

static void close_once(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd); /* nothing is lost that could be saved */
    *fd = -1;
}

static int prepare_files(posix_spawn_file_actions_t *actions, int input,
                         int complaints)
{
    int error = posix_spawn_file_actions_init(actions);

    if (error)
        return error;
    error = posix_spawn_file_actions_adddup2(actions, input, STDIN_FILENO);
    if (!error)
        error = posix_spawn_file_actions_addopen(actions, STDOUT_FILENO,
                                                 "/dev/null", O_WRONLY, 0);
    if (!error)
        error = posix_spawn_file_actions_adddup2(actions, complaints,
                                                 STDERR_FILENO);
    if (!error)
        error =
            posix_spawn_file_actions_addclosefrom_np(actions, FIRST_OTHER_FD);
    return error;
}

/* A group of its own, so that its children end with it; signals as usual. */
static int prepare_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    int error = posix_spawnattr_init(attributes);

    (void)sigemptyset(&none);
    (void)sigfillset(&all);
    if (!error)
        error = posix_spawnattr_setflags(
            attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                            POSIX_SPAWN_SETSIGDEF);
    if (!error)
        error = posix_spawnattr_setpgroup(attributes, 0);
    if (!error)
        error = posix_spawnattr_setsigmask(attributes, &none);
    if (!error)
        error = posix_spawnattr_setsigdefault(attributes, &all);
    return error;
}

/* The list of words as exec wants it, the caller's. */
static char **copy_words(const struct alert *alert)
{
    char **words = xcalloc(alert->command_count + 1, sizeof(char *));

    for (size_t i = 0; i < alert->command_count; i++)
        words[i] = xstrdup(alert->command[i]);
    return words;
}

static void free_words(char **words)
{
    for (size_t i = 0; words[i]; i++)
        free(words[i]);
    free(words);
}

static int spawn(const struct alert *alert, int input, int complaints,
                 pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    char **words = copy_words(alert);
    int error = prepare_files(&actions, input, complaints);

    if (!error)
        error = prepare_attributes(&attributes);
    if (!error)
        error =
            posix_spawnp(pid, words[0], &actions, &attributes, words, environ);
    (void)posix_spawn_file_actions_destroy(&actions); /* they only free */
    (void)posix_spawnattr_destroy(&attributes);
    free_words(words);
    return error;
}

/* Whether it can be waited for; errno says why not. */
static bool watches(const struct running *running)
{
    return running->pidfd >= 0 && !fcntl(running->input, F_SETFL, O_NONBLOCK) &&
           !fcntl(running->complaints, F_SETFL, O_NONBLOCK);
}

/* False: it does not run, errno says why. */
static bool start(const struct alert *alert, struct running *running)
{
    int input[2] = { -1, -1 }, complaints[2] = { -1, -1 };
    int error = 0;

    if (pipe2(input, O_CLOEXEC) || pipe2(complaints, O_CLOEXEC))
        error = errno;
    else
        error = spawn(alert, input[0], complaints[1], &running->pid);
    close_once(&input[0]);
    close_once(&complaints[1]);
    running->input = input[1];
    running->complaints = complaints[0];
    running->pidfd = error ? -1 : pidfd_open(running->pid, 0);
    if (!error && !watches(running)) {
        error = errno;
        (void)kill(-running->pid, SIGKILL);
        (void)waitpid(running->pid, NULL, 0); /* our own child */
    }
    errno = error;
    return !error;
}

/* One that does not read its input to the end may be content all the same. */
static void give_input(struct running *running)
{
    ssize_t written = write(running->input, running->text, running->left);

    if (written > 0) {
        running->text += written;
        running->left -= (size_t)written;
    }
    if (!running->left || (written < 0 && errno != EAGAIN && errno != EINTR))
        close_once(&running->input);
}

static void take_complaints(struct running *running)
{
    char bytes[1024];
    ssize_t got = read(running->complaints, bytes, sizeof(bytes));

    if (got > 0 && running->said.length < LONGEST_COMPLAINT_BYTES)
        strbuf_add(&running->said, bytes, (size_t)got);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        close_once(&running->complaints);
}

/* Wait at most WAIT_MS for something to do; true: it has ended. */
static bool wait_for_it(struct running *running, int wait_ms)
{
    struct pollfd fds[3] = {
        { .fd = running->pidfd, .events = POLLIN },
        { .fd = running->input, .events = POLLOUT },
        { .fd = running->complaints, .events = POLLIN },
    };

    if (poll(fds, 3, wait_ms) <= 0)
        return false;
    if (fds[1].revents)
        give_input(running);
    if (fds[2].revents)
        take_complaints(running);
    return fds[0].revents != 0;
}

/* False: it has to be ended by force. */
static bool run_to_its_end(struct running *running, int64_t until_us,
                           const atomic_bool *stop)
{
    while (!atomic_load(stop)) {
        int64_t left_ms = (until_us - clock_monotonic_us()) / 1000;

        if (left_ms <= 0)
            return false;
        if (wait_for_it(running, left_ms < LOOK_MS ? (int)left_ms : LOOK_MS))
            return true;
    }
    return false;
}

static void hear_the_rest(struct running *running)
{
    struct pollfd rest = { .fd = running->complaints, .events = POLLIN };

    while (running->complaints >= 0 &&
           running->said.length < LONGEST_COMPLAINT_BYTES &&
           poll(&rest, 1, DRAIN_MS) > 0)
        take_complaints(running);
}

static bool tell_end(const struct running *running, int status, bool in_time,
                     const struct alert *alert, struct strbuf *why)
{
    if (!in_time)
        strbuf_addf(why, _("%s did not end in time"), alert->command[0]);
    else if (WIFSIGNALED(status))
        strbuf_addf(why, _("%s was ended by signal %d"), alert->command[0],
                    WTERMSIG(status));
    else if (WEXITSTATUS(status))
        strbuf_addf(why, _("%s ended with %d"), alert->command[0],
                    WEXITSTATUS(status));
    else
        return true;
    if (running->said.length) {
        strbuf_add_string(why, ": ");
        text_add_visible(
            why, running->said.data,
            bulletin_cut(running->said.data, LONGEST_COMPLAINT_BYTES));
    }
    return false;
}

bool deliver_command(const struct message *message, const atomic_bool *stop,
                     struct strbuf *why)
{
    const struct alert *alert = message->alert;
    struct running running = { .text = message->text,
                               .left = strlen(message->text),
                               .said = STRBUF_INIT };
    int64_t until_us = clock_monotonic_us() + alert->timeout_ms * 1000;
    bool is_done = false;
    int status = 0;

    if (start(alert, &running)) {
        bool in_time = run_to_its_end(&running, until_us, stop);

        if (!in_time)
            (void)kill(-running.pid, SIGKILL); /* it may just have ended */
        else
            hear_the_rest(&running);
        (void)waitpid(running.pid, &status, 0); /* our own child */
        is_done = tell_end(&running, status, in_time, alert, why);
    } else {
        strbuf_addf(why, "%s: %s", alert->command[0], strerror(errno));
    }
    close_once(&running.pidfd);
    close_once(&running.input);
    close_once(&running.complaints);
    strbuf_release(&running.said);
    return is_done;
}
