#ifndef ROUNDS_GITHUB_H
#define ROUNDS_GITHUB_H

/*
 * What GitHub Actions gets beside the `github` report: the summary of a step,
 * and how text from outside is kept from being taken for a command. English,
 * never translated.
 */

#include <stdbool.h>

#include "rounds/report.h"
#include "rounds/strbuf.h"

/*
 * Add the round as Markdown: figures, reasons, and a table of what is not
 * healthy, worst first. To be appended to the file that GITHUB_STEP_SUMMARY
 * names. Bounded: some 200 rows and 200 KiB at most, the rest is counted;
 * GitHub takes 1 MiB from a step.
 */
void github_add_summary(const struct report_input *input, struct strbuf *out);

/*
 * Add what must stand before the name of a file, as the user gave it from
 * WORKING_DIRECTORY, to make it one that GitHub finds in the repository at
 * WORKSPACE (the environment's GITHUB_WORKSPACE): for report_input.folder. Both
 * are absolute. "ops/" in WORKSPACE/ops, nothing in WORKSPACE itself, the
 * absolute WORKING_DIRECTORY elsewhere. Pure.
 */
void github_add_folder(const char *working_directory, const char *workspace,
                       struct strbuf *out);

/*
 * The runner obeys a line of output that begins with "::", whoever wrote it.
 * Add to BEFORE the line that stops this and to AFTER the one that starts it
 * again, to be printed around a text report; both hold the same random word,
 * which no server can guess. False: no random bytes can be had, and nothing
 * was added.
 */
bool github_add_fence(struct strbuf *before, struct strbuf *after);

#endif
