#ifndef ROUNDS_CLI_FORMAT_LIST_H
#define ROUNDS_CLI_FORMAT_LIST_H

/*
 * What --report asks of a command that measures: a few formats of its own, each
 * to a file or, one of them, to stdout.
 */

#include <stdbool.h>
#include <stddef.h>

#include "options.h"
#include "rounds/strbuf.h"

struct format_choice {
    size_t format;    /* index in the command's names */
    const char *file; /* NULL: stdout */
};

/*
 * CHOICES has room for one more than REPORTS. Where none goes to stdout, the
 * first of NAMES, which ends with NULL, does. False: WHY says why.
 */
bool format_list_parse(const struct text_list *reports,
                       const char *const *names, struct format_choice *choices,
                       size_t *count, struct strbuf *why);

/* TEXT to where CHOICE says; false: it could not be written, and that was
 * told. NAME is the format's. */
bool format_list_write(const struct format_choice *choice, const char *name,
                       const struct strbuf *text);

/*
 * Whether no two of REPORTS, each as --report was given it, go into one file,
 * where only the last would be left; else a line for each that does. Devices and
 * the like may be named twice.
 */
bool format_list_is_apart(const struct text_list *reports, struct strbuf *why);

#endif
