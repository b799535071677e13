#ifndef ROUNDS_PLAN_FILES_H
#define ROUNDS_PLAN_FILES_H

/*
 * Files that a plan names, read so that none can hold the program up: a pipe,
 * a terminal or a device is refused without waiting on it, and nothing is read
 * past a cap.
 */

#include <stdbool.h>
#include <stddef.h>

#include "rounds/strbuf.h"

/*
 * Add the whole of the regular file PATH to OUT, at most CAP bytes.
 * *OTHERS_WRITE, where given, tells whether its group or all may write it.
 * False: WHY says what is wrong with it.
 */
bool file_read(const char *path, size_t cap, struct strbuf *out,
               bool *others_write, struct strbuf *why);

/* Whether PATH is a regular file that can be read; else WHY says why not. */
bool file_is_readable(const char *path, struct strbuf *why);

/*
 * PATH as seen from the folder of the file BESIDE; the caller's to free. An
 * absolute path stays as it is.
 */
char *file_beside(const char *beside, const char *path);

#endif
