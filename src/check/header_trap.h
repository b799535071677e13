#ifndef ROUNDS_CHECK_HEADER_TRAP_H
#define ROUNDS_CHECK_HEADER_TRAP_H

/*
 * A trap of libcurl before 8.1.1, and what keeps us out of it. A header line
 * that begins with a space goes on with the line before it. If it is the first
 * of an answer libcurl looks for that line in the headers of the handle's last
 * answer, which it has freed: any server could end the program that way.
 * https://github.com/curl/curl/issues/11101
 *
 * Nobody but the debug function sees a line before libcurl does that. It is on
 * between a status line and what follows it, and takes the space away there.
 */

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

struct header_trap {
    bool is_there; /* this libcurl has it */
    CURL *easy;    /* of the hop at hand */
    bool is_told;  /* the debug function is on anyway, for -v */
    bool is_on;    /* the debug function is, because of us */
    enum {
        TRAP_STATUS_LINE, /* comes next, or nothing any more */
        TRAP_FIRST_HEADER,
        TRAP_PASSED, /* the answer has a header */
    } awaits;
    bool has_sprung; /* the line at hand went on with nothing */
};

/* Once, before the first hop. */
void header_trap_init(struct header_trap *trap);

/* A hop begins, for which EASY has a debug function that calls
 * header_trap_see(); IS_TOLD: it is called for all there is. */
void header_trap_begin(struct header_trap *trap, CURL *easy, bool is_told);
void header_trap_end(struct header_trap *trap);

/* From the debug function, with each CURLINFO_HEADER_IN. */
void header_trap_see(struct header_trap *trap, char *line, size_t length);

/* From the header function, with each line. False: it goes on with nothing. */
bool header_trap_pass(struct header_trap *trap, const char *line,
                      size_t length);

#endif
