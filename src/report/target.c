#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rounds/clock.h"
#include "rounds/report.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

/*
 * What is written beside files, for a signal that ends the process at once: in
 * memory that no thread gives back. Where there are more, some stay behind.
 */
enum { UNFINISHED_MOST = 16 };

static struct unfinished {
    atomic_bool is_taken;
    atomic_bool is_there; /* .path is whole */
    char path[PATH_MAX];
} unfinished[UNFINISHED_MOST];

static struct unfinished *note_unfinished(const char *path)
{
    if (strlen(path) >= PATH_MAX)
        return NULL;
    for (size_t i = 0; i < UNFINISHED_MOST; i++) {
        struct unfinished *place = &unfinished[i];

        if (atomic_exchange(&place->is_taken, true))
            continue;
        memcpy(place->path, path, strlen(path) + 1);
        atomic_store(&place->is_there, true);
        return place;
    }
    return NULL;
}

static void forget_unfinished(struct unfinished *place)
{
    if (!place)
        return;
    atomic_store(&place->is_there, false);
    atomic_store(&place->is_taken, false);
}

void report_remove_unfinished(void)
{
    for (size_t i = 0; i < UNFINISHED_MOST; i++)
        if (atomic_load(&unfinished[i].is_there))
            (void)unlink(unfinished[i].path); /* nobody can be told */
}

static bool fail(const struct target *target, const char *what, int error,
                 struct strbuf *why)
{
    if (target->shown)
        strbuf_addf(why, _("%s: %s: %s"), target->shown, what,
                    error_text(error));
    else
        strbuf_addf(why, _("the report cannot be written: %s"),
                    error_text(error));
    return false;
}

/* Which of our own streams FILE names, however it is redirected; -1: none. */
static int standard_stream(const char *file)
{
    if (!file || strcmp(file, "/dev/stdout") == 0)
        return STDOUT_FILENO;
    return strcmp(file, "/dev/stderr") == 0 ? STDERR_FILENO : -1;
}

/* What stdio still holds goes first. */
static bool open_standard(struct target *target, int stream, struct strbuf *why)
{
    if (stream == STDOUT_FILENO && fflush(stdout) != 0)
        return fail(target, _("cannot be written"), errno, why);
    target->descriptor = fcntl(stream, F_DUPFD_CLOEXEC, 3);
    if (target->descriptor < 0)
        return fail(target, _("cannot be opened for writing"), errno, why);
    return true;
}

/* Devices, pipes and the like cannot be replaced. */
static bool open_special(struct target *target, const char *file,
                         struct strbuf *why)
{
    target->descriptor = open(file, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (target->descriptor < 0)
        return fail(target, _("cannot be opened for writing"), errno, why);
    return true;
}

/* Whoever may give files away keeps the owner, others become it. */
static void keep(int descriptor, const struct stat *old)
{
    if (fchown(descriptor, old->st_uid, old->st_gid) != 0)
        (void)fchown(descriptor, (uid_t)-1, old->st_gid); /* or not even that */
    (void)fchmod(descriptor, old->st_mode & 0777); /* else as a new one */
}

/* Under a name beside .path that nobody else has; OLD: what it takes the place
 * of, NULL: it is new. */
static bool open_beside(struct target *target, const struct stat *old,
                        struct strbuf *why)
{
    const char *slash = strrchr(target->path, '/');
    int directory = slash ? (int)(slash - target->path) + 1 : 0;

    do {
        free(target->beside);
        target->beside =
            xasprintf("%.*s.rounds-%ld-%" PRIx64, directory, target->path,
                      (long)getpid(), (uint64_t)clock_monotonic_us());
        /* open() and not mkstemp(): so the umask holds, as for any file. */
        target->descriptor =
            open(target->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (target->descriptor < 0 && errno == EEXIST);
    if (target->descriptor < 0) {
        (void)fail(target, _("no file can be made beside it"), errno, why);
        free(target->beside);
        free(target->path);
        return false;
    }
    target->unfinished = note_unfinished(target->beside);
    if (old)
        keep(target->descriptor, old);
    return true;
}

bool target_open(struct target *target, const char *file, struct strbuf *why)
{
    int stream = standard_stream(file);
    struct stat status;

    *target = (struct target){ .shown = file, .descriptor = -1 };
    if (stream >= 0)
        return open_standard(target, stream, why);
    if (stat(file, &status) != 0) {
        target->path = xstrdup(file);
        return open_beside(target, NULL, why);
    }
    if (!S_ISREG(status.st_mode))
        return open_special(target, file, why);
    /* A symbolic link stays one: what it leads to is replaced. */
    target->path = realpath(file, NULL);
    if (!target->path)
        target->path = xstrdup(file);
    return open_beside(target, &status, why);
}

/* A pipe that somebody else made non-blocking may be full. False: no more can
 * be written, see errno. */
static bool wait_for_room(int descriptor)
{
    struct pollfd room = { .fd = descriptor, .events = POLLOUT };

    return errno == EINTR ||
           (errno == EAGAIN && (poll(&room, 1, -1) >= 0 || errno == EINTR));
}

void target_write(struct target *target, const char *bytes, size_t length)
{
    size_t written = 0;

    while (written < length && !target->failure) {
        ssize_t count =
            write(target->descriptor, bytes + written, length - written);

        if (count >= 0)
            written += (size_t)count;
        else if (!wait_for_room(target->descriptor))
            target->failure = errno;
    }
}

/* File systems that know no fsync() say EINVAL: then there is none to do. */
static bool flush_to_disk(int descriptor)
{
    return fsync(descriptor) == 0 || errno == EINVAL;
}

static void release(struct target *target)
{
    forget_unfinished(target->unfinished);
    free(target->beside);
    free(target->path);
    *target = (struct target){ .descriptor = -1 };
}

bool target_commit(struct target *target, struct strbuf *why)
{
    bool is_written;

    if (!target->failure && target->path && !flush_to_disk(target->descriptor))
        target->failure = errno;
    if (close(target->descriptor) != 0 && !target->failure)
        target->failure = errno;
    is_written = !target->failure;
    if (!is_written)
        (void)fail(target, _("cannot be written"), target->failure, why);
    if (is_written && target->path && rename(target->beside, target->path) != 0)
        is_written = fail(target, _("cannot be replaced"), errno, why);
    if (!is_written && target->path)
        (void)unlink(target->beside); /* nothing more can be done about it */
    release(target);
    return is_written;
}

void target_abandon(struct target *target)
{
    (void)close(target->descriptor); /* nobody wants what is in it */
    if (target->path)
        (void)unlink(target->beside);
    release(target);
}
