#include "auth.h"
#include "draft.h"

#include <string.h>

#include "rounds/secrets.h"
#include "rounds/translate.h"

enum { SHORTEST_USER = 8 };

struct auth {
    const char *user;
    const char *password;
    const char *bearer;
};

static const struct key auth_keys[] = {
    { "user", read_string, offsetof(struct auth, user), 0, 0, NULL },
    { "password", read_string, offsetof(struct auth, password), 0, 0, NULL },
    { "bearer", read_string, offsetof(struct auth, bearer), 0, 0, NULL },
};

/* RFC 6750: a bearer token has no space and nothing that ends a header. */
static bool is_bearer(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text <= ' ' || *text == 0x7f)
            return false;
    return true;
}

static bool has_control_characters(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return true;
    return false;
}

static void check_auth(struct reader *reader, const struct node *node,
                       const struct auth *auth)
{
    bool has_user = node_member(node, "user") != NULL;
    bool has_password = node_member(node, "password") != NULL;
    bool has_bearer = node_member(node, "bearer") != NULL;

    if (has_bearer == (has_user || has_password))
        reader_complain(reader, node,
                        _("%s; expected { bearer = \"...\"; } or { user = "
                          "\"...\"; password = \"...\"; }"),
                        has_bearer ? _("bearer beside user and password")
                                   : _("neither bearer nor user"));
    else if (has_user != has_password)
        reader_complain(reader, node, _("no %s; expected user and password"),
                        has_user ? "password" : "user");
    if (auth->bearer && !is_bearer(auth->bearer))
        reader_complain(reader, node_member(node, "bearer"),
                        _("spaces or control characters; expected a token"));
    if (auth->user &&
        (strchr(auth->user, ':') || has_control_characters(auth->user)))
        reader_complain(reader, node_member(node, "user"),
                        _("a colon or control characters; expected none in the "
                          "name of a user"));
    if (auth->password && has_control_characters(auth->password))
        reader_complain(reader, node_member(node, "password"),
                        _("control characters; expected none"));
}

void auth_remember(struct secrets *secrets, const char *user,
                   const char *password)
{
    struct strbuf pair = STRBUF_INIT;

    /*
     * A token is often given as a user without a password. Beside a password
     * short names are left: hiding every "admin" or "test" would make reports
     * unreadable, and the pair is hidden as a whole.
     */
    if (user && (!password || !*password || strlen(user) >= SHORTEST_USER))
        secrets_remember(secrets, user, strlen(user));
    if (!password)
        return;
    secrets_remember(secrets, password, strlen(password));
    strbuf_addf(&pair, "%s:%s", user ? user : "", password);
    secrets_remember(secrets, pair.data, pair.length);
    strbuf_release(&pair);
}

void read_auth(struct reader *reader, const struct node *node,
               const struct key *key, void *base)
{
    static const struct key_table table = KEY_TABLE(auth_keys);
    struct draft *draft = base;
    struct auth auth = { NULL, NULL, NULL };

    (void)key;
    reader_read_keys(reader, node, &table, &auth);
    draft->auth_node = node;
    if (node_kind(node) != NODE_GROUP)
        return;
    if (auth.bearer)
        secrets_remember(reader->plan->secrets, auth.bearer,
                         strlen(auth.bearer));
    if (auth.password)
        auth_remember(reader->plan->secrets, auth.user, auth.password);
    check_auth(reader, node, &auth);
    draft->settings.user = auth.user;
    draft->settings.password = auth.password;
    draft->settings.bearer = auth.bearer;
}

void auth_settle(struct reader *reader, struct draft *draft)
{
    struct settings *settings = &draft->settings;

    if (draft->auth_node && draft->authorization_node) {
        reader_complain(
            reader, draft->auth_node,
            _("beside a header Authorization; expected one of them"));
    } else if (draft->auth_node) {
        drop_header(reader, settings, "Authorization");
    } else if (draft->authorization_node) {
        settings->user = NULL;
        settings->password = NULL;
        settings->bearer = NULL;
    }
}

void auth_from_url(struct reader *reader, struct draft *draft, const char *user,
                   const char *password)
{
    struct settings *settings = &draft->settings;

    auth_remember(reader->plan->secrets, user, password);
    if (draft->auth_node || draft->authorization_node) {
        reader_complain(reader, draft->url_node,
                        _("user:password@ beside %s; expected one of them"),
                        draft->auth_node ? "auth"
                                         : _("a header Authorization"));
        return;
    }
    drop_header(reader, settings, "Authorization");
    settings->user = intern_string(reader->intern, user);
    settings->password =
        intern_string(reader->intern, password ? password : "");
    settings->bearer = NULL;
    draft->has_own_settings = true;
}
