#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rounds/translate.h"
#include "rounds/xalloc.h"

static bool refuse_errno(struct strbuf *why)
{
    strbuf_add_string(why, error_text(errno));
    return false;
}

/*
 * A descriptor of a regular file; -1: WHY says why not. Opening a pipe or some
 * devices would wait for somebody at the other end, hence O_NONBLOCK, which
 * means nothing for regular files; O_NOCTTY keeps a terminal from becoming
 * ours.
 */
static int open_regular(const char *path, struct stat *status,
                        struct strbuf *why)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (file < 0) {
        (void)refuse_errno(why);
        return -1;
    }
    if (fstat(file, status) != 0)
        (void)refuse_errno(why);
    else if (S_ISDIR(status->st_mode))
        strbuf_add_string(why, _("a folder; expected a file"));
    else if (!S_ISREG(status->st_mode))
        strbuf_add_string(why, _("a pipe or device; expected a regular file"));
    else
        return file;
    (void)close(file); /* nothing was written to it */
    return -1;
}

/* Some files tell a size of 0 and hold more, so the cap is on what comes. */
static bool read_all(int file, size_t cap, struct strbuf *out,
                     struct strbuf *why)
{
    size_t before = out->length;
    char part[64 * 1024];

    for (;;) {
        ssize_t count = read(file, part, sizeof(part));

        if (count == 0)
            return true;
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return refuse_errno(why);
        if (out->length - before + (size_t)count > cap) {
            strbuf_addf(why, _("longer than %zu MiB"), cap >> 20);
            return false;
        }
        strbuf_add(out, part, (size_t)count);
    }
}

bool file_read(const char *path, size_t cap, struct strbuf *out,
               bool *others_write, struct strbuf *why)
{
    struct stat status;
    int file = open_regular(path, &status, why);
    bool is_read;

    if (file < 0)
        return false;
    if (others_write)
        *others_write = (status.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    is_read = read_all(file, cap, out, why);
    (void)close(file); /* nothing was written to it */
    return is_read;
}

bool file_is_readable(const char *path, struct strbuf *why)
{
    struct stat status;
    int file = open_regular(path, &status, why);

    if (file < 0)
        return false;
    (void)close(file); /* nothing was written to it */
    return true;
}

char *file_beside(const char *beside, const char *path)
{
    const char *slash = strrchr(beside, '/');

    if (path[0] == '/' || !slash)
        return xstrdup(path);
    return xasprintf("%.*s/%s", (int)(slash - beside), beside, path);
}
