#ifndef ROUNDS_PLAN_MISTAKES_H
#define ROUNDS_PLAN_MISTAKES_H

/*
 * The mistakes of a plan, noted as they are found and told all at once in the
 * order of the file. A line is one of the plan's whole text (plan_text.h). One
 * thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>

struct mistake {
    unsigned line; /* 0: the file as a whole */
    size_t number; /* in the order in which they were noted */
    bool is_warning;
    char *text;
};

/* What somebody can take in; of more mistakes and warnings none is told. */
enum { MISTAKES_MOST = 1000 };

struct mistakes {
    struct mistake *items;
    size_t count;
    size_t capacity;
    size_t warning_count;
};

void mistakes_init(struct mistakes *mistakes);
void mistakes_release(struct mistakes *mistakes);

/* "KEY: what is wrong; expected ..."; TEXT is copied. */
void mistakes_add(struct mistakes *mistakes, unsigned line, const char *text);
void mistakes_warn(struct mistakes *mistakes, unsigned line, const char *text);

/* Whether looking for more is in vain. */
bool mistakes_are_full(const struct mistakes *mistakes);

/* Whether the plan cannot be used; warnings do not count. */
bool mistakes_are_there(const struct mistakes *mistakes);

#endif
