#ifndef ROUNDS_PLAN_READER_H
#define ROUNDS_PLAN_READER_H

/*
 * What the files that read a plan share: the plan being made, its mistakes, and
 * the tables of keys. A function that reads a value complains itself of what is
 * wrong with it and leaves its place as it was; reading goes on, so that all
 * mistakes are found. One thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "environment.h"
#include "filter_uses.h"
#include "intern.h"
#include "mistakes.h"
#include "origins.h"
#include "plan_parts.h"
#include "plan_text.h"
#include "prescan.h"
#include "tree.h"

#include "rounds/plan.h"

/* From one round to the next: seconds to hours. */
enum { EVERY_LEAST_MS = 1000, EVERY_MOST_MS = 24 * 3600 * 1000 };

struct reader {
    struct plan *plan;
    struct intern *intern;   /* every string and array of settings */
    struct intern *names;    /* of endpoints, with the line they stand on */
    struct intern *patterns; /* with 1 + their number in the plan's parts */
    struct intern *filters;  /* the same of jq programs */
    struct filter_uses filter_uses;
    struct origins *origins;
    struct mistakes mistakes;
    struct plan_text text;
    struct prescan prescan;
    environment_lookup *lookup;
    void *lookup_context;
    struct network *networks;
    size_t network_count;
};

/* "PATH: " and the text, at the node's line. */
void reader_complain(struct reader *reader, const struct node *node,
                     const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void reader_warn(struct reader *reader, const struct node *node,
                 const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Complain that a node is of the wrong kind; EXPECTED is marked with N_(). */
void reader_complain_kind(struct reader *reader, const struct node *node,
                          const char *expected);

/* A key of a group, what it may be, and where in a struct its value goes. */
struct key {
    const char *name;
    void (*read)(struct reader *reader, const struct node *node,
                 const struct key *key, void *base);
    size_t offset;
    int64_t low; /* of numbers, durations and sizes, both included */
    int64_t high;
    const char *const *words; /* of read_word(), up to NULL */
};

struct key_table {
    const struct key *keys;
    size_t count;
};

#define KEY_TABLE(keys)                                                        \
    {                                                                          \
        keys, sizeof(keys) / sizeof((keys)[0])                                 \
    }

/* NULL: the table has no such key. */
const struct key *key_find(const struct key_table *table, const char *name);

/*
 * Read every member of the group NODE into BASE by the table; unknown keys and
 * a node that is no group are mistakes.
 */
void reader_read_keys(struct reader *reader, const struct node *node,
                      const struct key_table *table, void *base);

/* Complain of a key that none of COUNT tables has, and suggest the nearest. */
void reader_complain_unknown(struct reader *reader, const struct node *node,
                             const struct key_table *const *tables,
                             size_t count);

/*
 * The string of NODE with its variables put in; NULL: it is none, or a
 * variable is missing. It lives as long as the node and the plan.
 */
const char *reader_text(struct reader *reader, const struct node *node);

/* As reader_text(), but numbers and booleans are taken as they are written. */
const char *reader_scalar(struct reader *reader, const struct node *node);

/* Readers for tables; what BASE holds at the key's offset stands behind each. */
void read_boolean(struct reader *reader, const struct node *node,
                  const struct key *key, void *base); /* bool */
void read_unsigned(struct reader *reader, const struct node *node,
                   const struct key *key, void *base); /* unsigned */
void read_count(struct reader *reader, const struct node *node,
                const struct key *key, void *base); /* size_t */
void read_int(struct reader *reader, const struct node *node,
              const struct key *key, void *base); /* int */
void read_number(struct reader *reader, const struct node *node,
                 const struct key *key, void *base); /* double */
void read_duration(struct reader *reader, const struct node *node,
                   const struct key *key, void *base); /* int64_t, ms */
void read_size(struct reader *reader, const struct node *node,
               const struct key *key, void *base); /* int64_t, bytes */
void read_word(struct reader *reader, const struct node *node,
               const struct key *key, void *base); /* an enum, as unsigned */
void read_string(struct reader *reader, const struct node *node,
                 const struct key *key, void *base); /* const char *, not "" */
void read_strings(struct reader *reader, const struct node *node,
                  const struct key *key, void *base); /* struct strings */
void read_path(struct reader *reader, const struct node *node,
               const struct key *key, void *base); /* const char *, readable */

/* An array of strings as read_strings() leaves it. */
struct strings {
    const char *const *items;
    size_t count;
};

#endif
