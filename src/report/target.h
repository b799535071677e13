#ifndef ROUNDS_REPORT_TARGET_H
#define ROUNDS_REPORT_TARGET_H

/*
 * A file in the making that others see whole or not at all: written beside its
 * name, flushed to disk, then renamed. What is no regular file (/dev/stdout, a
 * pipe) is written into. The umask decides who may read a new file; an old one
 * keeps its mode and, where it may be given away, its owner; a symbolic link
 * stays one. The first failure is
 * remembered; nothing is written after it.
 */

#include <stdbool.h>
#include <stddef.h>

#include "rounds/strbuf.h"

struct unfinished;

struct target {
    const char *shown; /* how the user named it, borrowed; NULL: stdout */
    int descriptor;
    char *path;   /* what is replaced at the end; NULL: it is written into */
    char *beside; /* what is written in its place */
    struct unfinished *unfinished; /* where that is noted; NULL: nowhere */
    int failure; /* errno of the first write that failed; 0: none yet */
};

/* FILE NULL: stdout. False: WHY says "FILE: what: why", nothing is open. */
bool target_open(struct target *target, const char *file, struct strbuf *why);

/* Past stdio and to the system at once. */
void target_write(struct target *target, const char *bytes, size_t length);

/* False: as for target_open(), also where a write failed before. Closed in
 * either case. */
bool target_commit(struct target *target, struct strbuf *why);

/* Closed; what was written beside the file is gone. */
void target_abandon(struct target *target);

#endif
