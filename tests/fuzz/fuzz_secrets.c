/*
 * The first line is a header, "Name: value", the second a value to be hidden,
 * the rest a text in which no secret may be left.
 */

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/secrets.h"

static bool holds(const struct strbuf *text, const char *secret)
{
    return memmem(text->data, text->length, secret, strlen(secret)) != NULL;
}

static void remember_header(struct secrets *secrets, const char *line)
{
    const char *colon = strchr(line, ':');
    char *name;

    if (!colon)
        return;
    name = fuzz_text((const uint8_t *)line, (size_t)(colon - line));
    secrets_remember_field(secrets, name, colon + 1);
    free(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };
    char *header = fuzz_line(&input);
    char *secret = fuzz_line(&input);
    struct secrets *secrets = secrets_create();
    struct strbuf hidden = STRBUF_INIT, unsealed = STRBUF_INIT;
    const char *text = (const char *)input.data;

    remember_header(secrets, header);
    secrets_remember(secrets, secret, strlen(secret));
    secrets_hide(secrets, text, input.size, &unsealed);
    secrets_seal(secrets);
    secrets_hide(secrets, text, input.size, &hidden);
    MUST(hidden.length == unsealed.length &&
         !memcmp(hidden.data, unsealed.data, hidden.length));
    /* One that holds an asterisk may be made of what hides another. */
    if (strlen(secret) >= SECRETS_SHORTEST_BYTES && !strchr(secret, '*'))
        MUST(!holds(&hidden, secret));
    strbuf_clear(&hidden);
    secrets_hide(NULL, text, input.size, &hidden);
    strbuf_release(&hidden);
    strbuf_release(&unsealed);
    secrets_destroy(secrets);
    free(secret);
    free(header);
    return 0;
}
