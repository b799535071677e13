#include "plan_hash.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "rounds/secrets.h"
#include "rounds/strbuf.h"

static void add_endpoint(struct strbuf *line, const struct plan *plan,
                         const struct endpoint *endpoint)
{
    struct strbuf text = STRBUF_INIT;

    strbuf_addf(&text, "%s\n%s\n%s\n", endpoint->name,
                endpoint->settings->method, endpoint->url);
    strbuf_clear(line);
    secrets_hide(plan->secrets, text.data, text.length, line);
    strbuf_release(&text);
}

void plan_hash(struct plan *plan)
{
    char *text = plan->hash;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char digest[EVP_MAX_MD_SIZE];
    struct strbuf line = STRBUF_INIT;
    unsigned length = 0;

    if (context && EVP_DigestInit_ex(context, EVP_sha256(), NULL)) {
        for (size_t i = 0; i < plan->endpoint_count; i++) {
            add_endpoint(&line, plan, &plan->endpoints[i]);
            (void)EVP_DigestUpdate(context, line.data, line.length);
        }
        (void)EVP_DigestFinal_ex(context, digest, &length);
    }
    for (unsigned i = 0; i < length && 2 * i + 2 < PLAN_HASH_BYTES; i++)
        (void)snprintf(text + (size_t)2 * i, 3, "%02x", digest[i]);
    EVP_MD_CTX_free(context);
    strbuf_release(&line);
}
