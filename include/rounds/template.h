#ifndef ROUNDS_TEMPLATE_H
#define ROUNDS_TEMPLATE_H

/*
 * The body of a webhook as a plan writes it: text in which {{NAME}} stands for
 * a value. Pure; any thread may call any function.
 */

#include <stdbool.h>

#include "rounds/strbuf.h"

enum template_value {
    TEMPLATE_TITLE,      /* one line */
    TEMPLATE_TEXT,       /* the whole message, lines between \n */
    TEMPLATE_ID,         /* the same at each attempt to deliver it */
    TEMPLATE_AT,         /* the moment, ISO 8601 */
    TEMPLATE_DOWN,       /* how many, a number */
    TEMPLATE_UP,         /* the same */
    TEMPLATE_FLAPPING,   /* the same */
    TEMPLATE_STILL_DOWN, /* the same */
    TEMPLATE_EVENT,      /* all of it, a JSON object */
    TEMPLATE_VALUE_COUNT,
};

/* How values that are text are written, so that they stay one value. */
enum template_form { TEMPLATE_JSON, TEMPLATE_FORM, TEMPLATE_PLAIN };

/* The form of a body of this content type; NULL: JSON. */
enum template_form template_form_of(const char *content_type);

/*
 * False: a name that is none, or "{{" without its end, or with VALUES put in it
 * is not JSON though it should be; WHY says so.
 */
bool template_check(const char *text, enum template_form form,
                    struct strbuf *why);

/* Add TEXT to OUT with VALUES, one for each enum template_value, put in. */
void template_fill(const char *text, enum template_form form,
                   const char *const *values, struct strbuf *out);

#endif
