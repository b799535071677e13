#ifndef ROUNDS_TRANSLATE_H
#define ROUNDS_TRANSLATE_H

/*
 * Texts for people go through _(), texts in tables are marked with N_() and go
 * through _() where they are shown; a sentence with a count in it goes through
 * translate_count(). Machine formats (JSON, names of reasons) are never
 * translated; a text that stands in both goes through say().
 *
 * The catalogues are those of GNU gettext (po/, xgettext, msgfmt), but they are
 * read here and not by the C library: its gettext() gives no translation where
 * the user's locale was not generated on this machine, and a fresh Debian or
 * container has none but C and C.UTF-8.
 *
 * A catalogue is loaded before the first thread starts; after that any thread
 * may call any function.
 */

#include <stdbool.h>
#include <stddef.h>

#include "rounds/strbuf.h"

#define _(text) translate(text)
#define N_(text) text

/* Whom a text is for. */
enum listener {
    LISTENER_MACHINE, /* English, whatever the language */
    LISTENER_PERSON,  /* the user's language */
};

/* TEXT in the user's language, or as it is. */
const char *translate(const char *text) __attribute__((format_arg(1)));

/* ONE or MANY as COUNT wants it, in the user's language. */
const char *translate_count(const char *one, const char *many, size_t count)
    __attribute__((format_arg(1), format_arg(2)));

/* TEXT as LISTENER wants it. */
const char *say(enum listener listener, const char *text)
    __attribute__((format_arg(2)));

/* What the system says of an error number, such as "No such file or
 * directory", in the user's language where it is one that is often met. */
const char *error_text(int error);

/* Whether there is a language besides English to tell things in. */
bool translate_is_on(void);

/*
 * Take the texts of FILE, a catalogue as msgfmt writes it, in the place of
 * those loaded before. False: WHY says why not, and nothing has changed.
 */
bool translate_load(const char *file, struct strbuf *why);

/* English again. */
void translate_stop(void);

#endif
