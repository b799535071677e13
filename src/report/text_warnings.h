#ifndef ROUNDS_REPORT_TEXT_WARNINGS_H
#define ROUNDS_REPORT_TEXT_WARNINGS_H

/*
 * What a reader of the figures must know to trust them: checks that were
 * skipped, certificates that nobody verified, a checker that was itself what
 * the round waited for.
 */

#include "rounds/report.h"

/* With an empty line after them; nothing where there is nothing to warn of. */
void text_add_warnings(const struct report_input *input, struct strbuf *out);

#endif
