#ifndef ROUNDS_CLI_LANGUAGE_H
#define ROUNDS_CLI_LANGUAGE_H

/*
 * The language of messages: what --lang names, else what the environment wishes
 * as GNU gettext reads it (LANGUAGE, LC_ALL, LC_MESSAGES, LANG), whether or not
 * that locale was generated on this machine. Numbers and machine formats are
 * the same in every language.
 */

#include <stdbool.h>

#include "rounds/strbuf.h"

/* What somebody may have asked for; each may be NULL or "". */
struct language_wishes {
    const char *option; /* --lang */
    const char *language;
    const char *lc_all;
    const char *lc_messages;
    const char *lang;
};

/*
 * The language to use of those there are: NULL is English, the language of the
 * texts themselves. False: the option names none of them; WHY says so. A wish
 * of the environment that cannot be met is no mistake. Pure.
 */
bool language_choose(const struct language_wishes *wishes, const char **name,
                     struct strbuf *why);

/*
 * Choose by the program's words and the environment and load the catalogue,
 * before anything else is read or told. False: WHY says what is wrong with
 * --lang.
 */
bool language_begin(int argc, char **argv, struct strbuf *why);

#endif
