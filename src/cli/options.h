#ifndef ROUNDS_CLI_OPTIONS_H
#define ROUNDS_CLI_OPTIONS_H

/*
 * Options of a command: one table drives parsing and --help. Options come
 * before or after operands, as --name VALUE, --name=VALUE, -n VALUE or -nVALUE;
 * "--" ends them. A table ends with an entry without a name and letter; an
 * entry with neither kind nor letter but a help text heads a group. Every
 * command has --lang besides what its table says.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "rounds/strbuf.h"

enum option_kind {
    OPTION_GROUP = 1, /* a heading in the help */
    OPTION_FLAG,      /* bool: true */
    OPTION_NUMBER,    /* int64_t within least .. most */
    OPTION_DURATION,  /* int64_t, milliseconds, within least .. most */
    OPTION_TEXT,      /* const char *: the last one given */
    OPTION_LIST,      /* struct text_list: each one given */
    OPTION_IGNORED,   /* its value was read before */
};

struct text_list {
    const char **items; /* borrowed from argv */
    size_t count;
    size_t capacity;
};

struct option {
    const char *name;     /* "workers"; NULL ends the table */
    char letter;          /* 'n'; '\0': none */
    const char *argument; /* "N"; NULL: takes none */
    const char *help;     /* one line, marked with N_() */
    enum option_kind kind;
    size_t offset; /* of the field in the command's struct of values */
    int64_t least, most;
};

/*
 * Parse ARGV (the words after the command) into VALUES and OPERANDS, whose
 * arrays are the caller's to free with text_list_release(). False: WHY says
 * what is wrong, one line for each mistake.
 */
bool options_parse(const struct option *options, int argc, char **argv,
                   void *values, struct text_list *operands,
                   struct strbuf *why);

/* The options as lines of a help text. */
void options_describe(const struct option *options, FILE *stream);

void text_list_add(struct text_list *list, const char *item);
void text_list_release(struct text_list *list);

#endif
