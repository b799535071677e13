#include "read_networks.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "rounds/network.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

enum {
    MOST_NETWORKS = 256,
    MOST_WORKERS = 10000,
    MOST_REQUESTS_A_SECOND = 1000000,
    LARGEST_QUEUE = 1000000,
};

/* The globs and ranges of one network, being sorted apart. */
struct hosts {
    const char **globs;
    size_t glob_count;
    struct cidr *cidrs;
    size_t cidr_count;
};

/* Lower case, as hosts are compared; "" : not a glob of host names. */
static void lower_glob(const char *text, struct strbuf *glob)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._*?:";

    if (text[strspn(text, letters)])
        return;
    for (; *text; text++)
        strbuf_add_char(glob, (char)tolower((unsigned char)*text));
}

static void add_host(struct reader *reader, const struct node *node,
                     const char *text, struct hosts *hosts)
{
    struct strbuf glob = STRBUF_INIT;

    if (cidr_parse(text, &hosts->cidrs[hosts->cidr_count])) {
        hosts->cidr_count++;
        return;
    }
    lower_glob(text, &glob);
    if (glob.length)
        hosts->globs[hosts->glob_count++] =
            intern_string(reader->intern, glob.data);
    else
        reader_complain(reader, node,
                        _("\"%s\"; expected a host with * and ?, such as "
                          "\"*.corp.example\", or a range such as "
                          "\"10.0.0.0/8\""),
                        text);
    strbuf_release(&glob);
}

static void read_hosts(struct reader *reader, const struct node *node,
                       const struct key *key, void *base)
{
    struct network *network = base;
    struct strings strings = { NULL, 0 };
    const struct key place = { .name = key->name };
    struct hosts hosts = { NULL, 0, NULL, 0 };

    read_strings(reader, node, &place, &strings);
    hosts.globs = xcalloc(strings.count, sizeof(*hosts.globs));
    hosts.cidrs = xcalloc(strings.count, sizeof(*hosts.cidrs));
    for (size_t i = 0; i < strings.count; i++)
        add_host(reader, node, strings.items[i], &hosts);
    network->host_globs =
        intern_bytes(reader->intern, hosts.globs,
                     hosts.glob_count * sizeof(*hosts.globs), NULL);
    network->host_glob_count = hosts.glob_count;
    network->cidrs =
        intern_bytes(reader->intern, hosts.cidrs,
                     hosts.cidr_count * sizeof(*hosts.cidrs), NULL);
    network->cidr_count = hosts.cidr_count;
    free(hosts.globs);
    free(hosts.cidrs);
}

#define PLACE(member) offsetof(struct network, member)

static const struct key network_keys[] = {
    { "workers", read_unsigned, PLACE(workers), 1, MOST_WORKERS, NULL },
    { "hosts", read_hosts, 0, 0, 0, NULL },
    { "rate", read_number, PLACE(rate), 0, MOST_REQUESTS_A_SECOND, NULL },
    { "per_origin", read_unsigned, PLACE(per_origin), 1, MOST_WORKERS, NULL },
    { "queue", read_count, PLACE(queue), 1, LARGEST_QUEUE, NULL },
    { "forbid_private", read_boolean, PLACE(forbid_private), 0, 0, NULL },
    { "every", read_duration, PLACE(every_ms), EVERY_LEAST_MS, EVERY_MOST_MS,
      NULL },
};

static struct network *add_network(struct reader *reader, const char *name)
{
    struct network *network = &reader->networks[reader->network_count++];

    network_set_defaults(network, intern_string(reader->intern, name));
    return network;
}

static void read_network(struct reader *reader, const struct node *node)
{
    static const struct key_table table = KEY_TABLE(network_keys);
    struct network *network = add_network(reader, node_name(node));

    network->source = plan_text_source(&reader->text, node_line(node));
    network->source.file = intern_string(reader->intern, network->source.file);
    reader_read_keys(reader, node, &table, network);
}

static void add_built_in(struct reader *reader, const char *name)
{
    for (size_t i = 0; i < reader->network_count; i++)
        if (strcmp(reader->networks[i].name, name) == 0)
            return;
    (void)add_network(reader, name);
}

void read_networks(struct reader *reader, const struct node *node)
{
    size_t count = 0;

    if (node && node_kind(node) != NODE_GROUP)
        reader_complain_kind(reader, node, N_("a group { } of networks"));
    else if (node)
        count = node_count(node);
    if (count > MOST_NETWORKS) {
        reader_complain(reader, node, _("more than %d networks"),
                        MOST_NETWORKS);
        count = MOST_NETWORKS;
    }
    reader->networks = arena_alloc(reader->plan->arena,
                                   (count + 2) * sizeof(*reader->networks));
    for (size_t i = 0; i < count; i++)
        read_network(reader, node_child(node, i));
    add_built_in(reader, NETWORK_INTRANET);
    add_built_in(reader, NETWORK_PUBLIC);
    reader->plan->parts->networks = reader->networks;
    reader->plan->networks = reader->networks;
    reader->plan->network_count = reader->network_count;
}
