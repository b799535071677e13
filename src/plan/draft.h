#ifndef ROUNDS_PLAN_DRAFT_H
#define ROUNDS_PLAN_DRAFT_H

/*
 * An endpoint, or the defaults, while it is being read: a copy of what holds
 * without it, in which each key that is read replaces one thing.
 */

#include "reader.h"

enum { NETWORK_BY_HOST = -1 };

struct draft {
    struct settings settings; /* first: keys below sizeof() make it its own */
    const char *name;
    const char *url; /* as the plan has it, variables put in */
    struct strings tags;
    const struct pair *query;
    size_t query_count;
    int network; /* NETWORK_BY_HOST, or which */
    bool is_enabled;
    bool has_method;       /* the plan says which */
    bool has_own_settings; /* others than what it began with */
    /* What the group that is being read has; NULL: nothing of the kind. */
    const struct node *url_node;
    const struct node *body_node;
    const struct node *auth_node;
    const struct node *authorization_node; /* a header */
};

/* What an endpoint is before the plan says anything. */
void draft_init(struct draft *draft);

/*
 * Read the keys of the group NODE on top of what DRAFT holds. IS_ENDPOINT: it
 * may have a name and a URL.
 */
void draft_read(struct reader *reader, const struct node *node,
                bool is_endpoint, struct draft *draft);

/* Readers of single keys, each in a file of its own; BASE is the draft. */
void read_headers(struct reader *reader, const struct node *node,
                  const struct key *key, void *base);
void read_query(struct reader *reader, const struct node *node,
                const struct key *key, void *base);
void read_json(struct reader *reader, const struct node *node,
               const struct key *key, void *base);
void read_form(struct reader *reader, const struct node *node,
               const struct key *key, void *base);
void read_body(struct reader *reader, const struct node *node,
               const struct key *key, void *base);
void read_body_file(struct reader *reader, const struct node *node,
                    const struct key *key, void *base);
void read_auth(struct reader *reader, const struct node *node,
               const struct key *key, void *base);
void read_tls(struct reader *reader, const struct node *node,
              const struct key *key, void *base);
void read_proxy(struct reader *reader, const struct node *node,
                const struct key *key, void *base);
void read_resolve(struct reader *reader, const struct node *node,
                  const struct key *key, void *base);
void read_expect(struct reader *reader, const struct node *node,
                 const struct key *key, void *base);
void read_warn(struct reader *reader, const struct node *node,
               const struct key *key, void *base);

/* After all keys: of auth and a header, the one that was read last holds. */
void auth_settle(struct reader *reader, struct draft *draft);

/* Take over the user:password@ of the draft's URL. */
void auth_from_url(struct reader *reader, struct draft *draft, const char *user,
                   const char *password);

/*
 * Name and value pairs of a group, or of a list of "Name: value". READ is given
 * each one; VALUE_NODE is where to complain.
 */
typedef void pair_taker(struct reader *reader, const struct node *value_node,
                        const char *name, const char *value, void *context);
void read_pairs(struct reader *reader, const struct node *node,
                pair_taker *take, void *context);

/* RFC 9110 5.6.2: what names of headers and methods are made of. */
bool is_token(const char *text);

/* Without the header NAME. */
void drop_header(struct reader *reader, struct settings *settings,
                 const char *name);

/* Add what NODE holds to OUT as JSON; false: a mistake was told. */
bool json_add_node(struct reader *reader, const struct node *node,
                   struct strbuf *out);
/* Remember what stands under secret names in a JSON text; false: not JSON. */
bool json_remember(struct reader *reader, const char *text, struct strbuf *why);

#endif
