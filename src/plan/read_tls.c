#include "draft.h"

#include <string.h>

#include "rounds/translate.h"

/* In the order of enum tls_version, without TLS_VERSION_ANY. */
static const char *const version_words[] = { "1.0", "1.1", "1.2", "1.3", NULL };

static void read_version(struct reader *reader, const struct node *node,
                         const struct key *key, void *base)
{
    struct tls_settings *tls = base;
    const struct key word = { .name = key->name, .words = key->words };
    unsigned number = UINT32_MAX;

    read_word(reader, node, &word, &number);
    if (number != UINT32_MAX)
        tls->min_version = (enum tls_version)(TLS_1_0 + number);
}

static void read_server_name(struct reader *reader, const struct node *node,
                             const struct key *key, void *base)
{
    struct tls_settings *tls = base;
    const char *text = reader_text(reader, node);
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";

    (void)key;
    if (!text)
        return;
    if (!*text || text[strspn(text, letters)] || strlen(text) > 253)
        reader_complain(reader, node,
                        _("\"%s\" is no host name; expected one such as "
                          "\"www.example.com\""),
                        text);
    else
        tls->server_name = intern_string(reader->intern, text);
}

#define PLACE(member) offsetof(struct tls_settings, member)

static const struct key tls_keys[] = {
    { "verify", read_boolean, PLACE(verify), 0, 0, NULL },
    { "ca_file", read_path, PLACE(ca_file), 0, 0, NULL },
    { "cert", read_path, PLACE(certificate_file), 0, 0, NULL },
    { "key", read_path, PLACE(key_file), 0, 0, NULL },
    { "min_version", read_version, 0, 0, 0, version_words },
    { "server_name", read_server_name, 0, 0, 0, NULL },
};

void read_tls(struct reader *reader, const struct node *node,
              const struct key *key, void *base)
{
    static const struct key_table table = KEY_TABLE(tls_keys);
    struct draft *draft = base;

    (void)key;
    reader_read_keys(reader, node, &table, &draft->settings.tls);
    if (node_kind(node) == NODE_GROUP && node_member(node, "key") &&
        !node_member(node, "cert") && !draft->settings.tls.certificate_file)
        reader_complain(reader, node_member(node, "key"),
                        _("a key without a certificate; expected cert beside "
                          "it"));
}
