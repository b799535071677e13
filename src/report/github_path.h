#ifndef ROUNDS_REPORT_GITHUB_PATH_H
#define ROUNDS_REPORT_GITHUB_PATH_H

#include "rounds/strbuf.h"

/*
 * Add TEXT, a path, to PATH, which is empty, without "." and empty parts and
 * with ".." taken back where that can be told from the text: GitHub looks for
 * names that are written as its own are, and would not find "./a/../plan.cfg".
 * Pure.
 */
void path_add_normal(struct strbuf *path, const char *text);

#endif
