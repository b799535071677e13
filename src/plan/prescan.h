#ifndef ROUNDS_PLAN_PRESCAN_H
#define ROUNDS_PLAN_PRESCAN_H

/*
 * The look at a plan's text before libconfig sees it. It finds what libconfig
 * 1.5 reads wrong without a word (integers past their range, NUL bytes), what
 * makes it slow (long strings, large groups, deep nesting), and what it would
 * only call a "syntax error", and says what was expected. Pure.
 *
 * It also cuts the list of endpoints into pieces that libconfig is given one
 * after another: its tree of 100 000 endpoints takes 65 MiB, that of a few
 * takes none worth telling.
 */

#include <stdbool.h>
#include <stddef.h>

#include "mistakes.h"
#include "plan_text.h"

enum {
    PRESCAN_LONGEST_STRING = 256 * 1024,
    PRESCAN_DEEPEST = 32,
    PRESCAN_MOST_MEMBERS = 1000, /* of one group */
};

/* Some elements of the top-level list `endpoints`, commas between them. */
struct piece {
    size_t start;
    size_t length;
    unsigned first_line;
    size_t first_element;
};

/* A list closed on another line than its last element, a string, stands on. */
struct late_close {
    unsigned line;
    unsigned string_line;
};

struct prescan {
    struct piece *pieces;
    size_t piece_count;
    size_t piece_capacity;
    size_t list_start; /* what stands between the list's ( and ) */
    size_t list_length;
    unsigned list_lines;            /* how many newlines that has */
    struct late_close *late_closes; /* in the order of their lines */
    size_t late_close_count;
    size_t late_close_capacity;
};

/* False: MISTAKES says what is wrong. Release it in either case. */
bool prescan_run(struct prescan *prescan, const struct plan_text *text,
                 struct mistakes *mistakes);
void prescan_release(struct prescan *prescan);

/*
 * libconfig says of a string that ends a list the line of what follows it; this
 * is the string's own.
 */
unsigned prescan_string_line(const struct prescan *prescan, unsigned line);

#endif
