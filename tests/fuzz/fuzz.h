#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

/*
 * A fuzz target is one file, fuzz_NAME.c, with one function: it feeds a parser
 * with bytes that may be anything and says with MUST() what has to hold
 * whatever they are. libFuzzer drives it where Clang has it (preset `fuzz`);
 * everywhere else replay.c gives it the corpus and what little changes make of
 * that. https://llvm.org/docs/LibFuzzer.html
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/strbuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An assert() that no build leaves out. */
#define MUST(condition)                                                        \
    ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition))
_Noreturn void fuzz_fail(const char *file, int line, const char *what);

/*
 * The bytes as a string of their own, the caller's: nothing lies behind its
 * end, so that AddressSanitizer sees who reads past it.
 */
char *fuzz_text(const uint8_t *data, size_t size);

/*
 * The name of a regular file that holds the bytes, until the next call. It
 * lies in memory alone.
 */
const char *fuzz_file(const uint8_t *data, size_t size);

/* Up to the first newline of what is left of an input; then behind it. */
struct fuzz_input {
    const uint8_t *data;
    size_t size;
};
char *fuzz_line(struct fuzz_input *input); /* the caller's */

/* Whether TEXT is UTF-8 with no control characters but those in ALLOWED. */
bool fuzz_is_clean(const struct strbuf *text, const char *allowed);

#endif
