#include "environment.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/translate.h"
#include "rounds/xalloc.h"

struct expansion {
    environment_lookup *lookup;
    void *context;
    struct secrets *secrets;
    struct strbuf *out;
    struct strbuf missing; /* "A, B" */
};

static size_t name_length(const char *text)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";

    if (!*text || !strchr(letters, *text))
        return 0;
    return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "abcdefghijklmnopqrstuvwxyz_0123456789");
}

/* FALLBACK NULL: there is none. */
static void put_in(struct expansion *expansion, const char *name,
                   const char *fallback)
{
    const char *value = expansion->lookup(expansion->context, name);

    if (fallback && (!value || !*value))
        value = fallback;
    if (!value) {
        if (expansion->missing.length)
            strbuf_add_string(&expansion->missing, ", ");
        strbuf_add_string(&expansion->missing, name);
        return;
    }
    if (secrets_is_name(name))
        secrets_remember(expansion->secrets, value, strlen(value));
    strbuf_add_string(expansion->out, value);
}

/*
 * TEXT stands behind "${". Returns what follows the closing brace; NULL: it is
 * not a variable.
 */
static const char *put_in_variable(struct expansion *expansion,
                                   const char *text)
{
    size_t length = name_length(text);
    const char *close = strchr(text + length, '}');
    const char *rest = text + length;
    char *name;
    char *fallback = NULL;

    if (!length || !close)
        return NULL;
    if (strncmp(rest, ":-", 2) == 0)
        fallback = xstrndup(rest + 2, (size_t)(close - rest - 2));
    else if (rest != close)
        return NULL;
    name = xstrndup(text, length);
    put_in(expansion, name, fallback);
    free(name);
    free(fallback);
    return close + 1;
}

static bool expand(struct expansion *expansion, const char *text,
                   struct strbuf *why)
{
    const char *dollar;

    while ((dollar = strchr(text, '$'))) {
        strbuf_add(expansion->out, text, (size_t)(dollar - text));
        text = dollar + 1;
        if (*text == '{') {
            text = put_in_variable(expansion, text + 1);
            if (!text) {
                strbuf_add_string(why, _("\"${\" without a variable; expected "
                                         "${NAME}, ${NAME:-default} or $${"));
                return false;
            }
        } else {
            strbuf_add_char(expansion->out, '$');
            text += *text == '$';
        }
        if (expansion->out->length > ENVIRONMENT_LONGEST) {
            strbuf_add_string(why, _("longer than 16 MiB with its variables"));
            return false;
        }
    }
    strbuf_add_string(expansion->out, text);
    return true;
}

bool environment_expand(const char *text, environment_lookup *lookup,
                        void *context, struct secrets *secrets,
                        struct strbuf *out, struct strbuf *why)
{
    struct expansion expansion = { lookup, context, secrets, out, STRBUF_INIT };
    bool is_good = expand(&expansion, text, why);

    if (is_good && expansion.missing.length) {
        strbuf_addf(why,
                    _("not set in the environment: %s; expected it set, or a "
                      "default as in ${NAME:-default}"),
                    expansion.missing.data);
        is_good = false;
    }
    strbuf_release(&expansion.missing);
    return is_good;
}
