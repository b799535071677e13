#ifndef ROUNDS_TRANSLATE_H
#define ROUNDS_TRANSLATE_H

/*
 * Texts for people go through _(), texts in tables are marked with N_() and go
 * through _() where they are shown. Machine formats (JSON, names of reasons
 * and outcomes) are never translated.
 */

#include <libintl.h>

#define _(text) gettext(text)
#define N_(text) text

#endif
