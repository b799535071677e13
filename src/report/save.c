/*
 * Reports into files: whole or not at all.
 */

#include "rounds/report.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rounds/clock.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

static bool fail(struct strbuf *why, const char *file, const char *what)
{
    strbuf_addf(why, _("%s: %s: %s"), file, what, strerror(errno));
    return false;
}

static bool write_all(int fd, const char *bytes, size_t length)
{
    size_t written = 0;

    while (written < length) {
        ssize_t count = write(fd, bytes + written, length - written);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return false;
        written += (size_t)count;
    }
    return true;
}

/* Devices, pipes and the like cannot be replaced: they are written into. */
static bool write_into(const char *file, int fd, const char *bytes,
                       size_t length, struct strbuf *why)
{
    bool is_written;

    if (fd < 0)
        return fail(why, file, _("cannot be opened for writing"));
    is_written = write_all(fd, bytes, length);
    if (!is_written)
        (void)fail(why, file, _("cannot be written"));
    if (close(fd) != 0 && is_written)
        return fail(why, file, _("cannot be written"));
    return is_written;
}

/* Which of our own streams FILE names, however it is redirected; -1: none. */
static int standard_stream(const char *file)
{
    if (strcmp(file, "/dev/stdout") == 0)
        return STDOUT_FILENO;
    return strcmp(file, "/dev/stderr") == 0 ? STDERR_FILENO : -1;
}

/* Beside FILE, under a name that nobody else has; -1 with errno. */
static int open_beside(const char *file, char **beside)
{
    const char *slash = strrchr(file, '/');
    int directory = slash ? (int)(slash - file) + 1 : 0;
    int fd;

    do {
        *beside = xasprintf("%.*s.rounds-%ld-%" PRIx64, directory, file,
                            (long)getpid(), (uint64_t)clock_monotonic_us());
        /* open() and not mkstemp(): so the umask holds, as for any file. */
        fd = open(*beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0) {
            free(*beside);
            *beside = NULL;
        }
    } while (fd < 0 && errno == EEXIST);
    return fd;
}

/* File systems that know no fsync() say EINVAL: then there is none to do. */
static bool flush_to_disk(int fd)
{
    return fsync(fd) == 0 || errno == EINVAL;
}

/* As the old file's, which may be private; below 0: there was none. */
static void keep_mode(int fd, int mode)
{
    if (mode >= 0)
        (void)fchmod(fd, (mode_t)mode); /* else as for a new file */
}

/* SHOWN is how the user named TARGET. */
static bool replace(const char *shown, const char *target, int mode,
                    const char *bytes, size_t length, struct strbuf *why)
{
    char *beside;
    int fd = open_beside(target, &beside);
    bool is_written;

    if (fd < 0)
        return fail(why, shown, _("no file can be made beside it"));
    keep_mode(fd, mode);
    is_written = write_all(fd, bytes, length) && flush_to_disk(fd);
    if (!is_written)
        (void)fail(why, shown, _("cannot be written"));
    if (close(fd) != 0 && is_written)
        is_written = fail(why, shown, _("cannot be written"));
    if (is_written && rename(beside, target) != 0)
        is_written = fail(why, shown, _("cannot be replaced"));
    if (!is_written)
        (void)unlink(beside); /* nothing more can be done about it */
    free(beside);
    return is_written;
}

bool report_save(const char *file, const char *bytes, size_t length,
                 struct strbuf *why)
{
    int stream = standard_stream(file);
    struct stat status;
    char *target;
    bool is_saved;

    if (stream >= 0)
        return write_into(file, fcntl(stream, F_DUPFD_CLOEXEC, 3), bytes,
                          length, why);
    if (stat(file, &status) != 0)
        return replace(file, file, -1, bytes, length, why);
    if (!S_ISREG(status.st_mode))
        return write_into(file, open(file, O_WRONLY | O_CLOEXEC | O_NOCTTY),
                          bytes, length, why);
    /* A symbolic link stays one: what it leads to is replaced. */
    target = realpath(file, NULL);
    is_saved = replace(file, target ? target : file,
                       (int)(status.st_mode & 0777), bytes, length, why);
    free(target);
    return is_saved;
}

bool report_print(FILE *stream, const char *bytes, size_t length,
                  struct strbuf *why)
{
    if (fwrite(bytes, 1, length, stream) == length && fflush(stream) == 0)
        return true;
    strbuf_addf(why, _("the report cannot be written: %s"), strerror(errno));
    return false;
}
