#ifndef ROUNDS_PLAN_SCAN_H
#define ROUNDS_PLAN_SCAN_H

/*
 * What the parts of the prescan share: how far it is, and how it complains.
 */

#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lexer.h"
#include "mistakes.h"
#include "plan_text.h"
#include "prescan.h"

enum { SCAN_LONGEST_SHOWN = 40, SCAN_LONGEST_NAME = 200 };

/* What may come next within a group, a list or an array. */
enum state {
    STATE_NAME,          /* a name, or the end of the group */
    STATE_EQUALS,        /* = behind a name */
    STATE_VALUE,         /* behind = */
    STATE_AFTER_VALUE,   /* ; or , or what may come in STATE_NAME */
    STATE_FIRST_ELEMENT, /* an element, or the end */
    STATE_ELEMENT,       /* behind a comma */
    STATE_AFTER_ELEMENT, /* a comma, or the end */
};

/* A { ( or [ that is not closed yet; at the bottom the file itself. */
struct frame {
    char open; /* '\0': the file */
    unsigned line;
    enum state state;
    size_t first_name; /* in scan->names; the group's are from there on */
    size_t elements;
    enum token_kind element_kind; /* of an array: the first one's */
    bool is_endpoints;
};

struct name {
    const char *start;
    size_t length;
    uint32_t hash;
    unsigned line;
};

struct scan {
    struct prescan *result;
    struct mistakes *mistakes;
    const struct plan_text *plan_text;
    const char *text;
    locale_t c_locale;
    struct lexer lexer;
    struct token token;
    struct token before; /* the token before it */
    struct frame frames[PRESCAN_DEEPEST + 1];
    size_t depth;
    struct name *names; /* of all open groups */
    size_t name_count;
    size_t name_capacity;
    size_t string_length; /* of adjacent literals together */
    bool has_list;        /* the top-level endpoints were seen */
    struct piece piece;   /* the one being cut */
};

/* "WHAT; expected ..." at LINE; always false, what a mistake leads to. */
bool scan_complain(struct scan *scan, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A token fit for a message. */
struct shown {
    char text[SCAN_LONGEST_SHOWN + 1];
};

/*
 * What a message says of a token, or of LENGTH bytes at START. A mistake may
 * well stand beside a password, so strings and whatever has a secret's name
 * are not repeated.
 */
struct shown scan_show(const struct scan *scan, const struct token *token);
struct shown scan_show_bytes(const struct scan *scan, const char *start,
                             size_t length);

/* The innermost of what is open. */
struct frame *scan_top(struct scan *scan);

/* The name whose value is being read; NULL: none yet. */
const struct name *scan_last_name(const struct scan *scan);

/* Note the token as a name of the group on top; false: no more can be read. */
bool scan_add_name(struct scan *scan);

/* What can be said of the token wherever it stands. */
void scan_check_token(struct scan *scan);

/* False: the text has bytes that no plan may have, and that was told. */
bool scan_check_bytes(struct scan *scan, size_t length);

#endif
