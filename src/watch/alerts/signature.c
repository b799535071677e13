#include "signature.h"

#include <assert.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

enum { HMAC_BYTES = 32 };

static void hmac(const char *key, const char *text, size_t length,
                 unsigned char *digest)
{
    unsigned written = 0;
    const unsigned char *made =
        HMAC(EVP_sha256(), key, (int)strlen(key), (const unsigned char *)text,
             length, digest, &written);

    assert(made && written == HMAC_BYTES);
    (void)made; /* only asserted */
}

void base64_add(struct strbuf *out, const void *bytes, size_t length,
                size_t line)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *at = bytes;
    size_t written = 0;

    for (; length; at += 3) {
        size_t taken = length < 3 ? length : 3;
        uint32_t word = (uint32_t)at[0] << 16;

        word |= taken > 1 ? (uint32_t)at[1] << 8 : 0;
        word |= taken > 2 ? (uint32_t)at[2] : 0;
        for (unsigned i = 0; i < 4; i++)
            strbuf_add(
                out, i > taken ? "=" : &letters[word >> (18 - 6 * i) & 63], 1);
        length -= taken;
        written += 4;
        if (line && (written % line == 0 || !length))
            strbuf_add_string(out, "\r\n");
    }
}

/* Of base64 only these three are not what a query may hold. */
static void add_encoded(struct strbuf *out, const char *base64)
{
    for (; *base64; base64++) {
        if (*base64 == '+' || *base64 == '/' || *base64 == '=')
            strbuf_addf(out, "%%%02X", (unsigned char)*base64);
        else
            strbuf_add_char(out, *base64);
    }
}

void signature_add_dingtalk(struct strbuf *out, const char *secret,
                            int64_t now_ms)
{
    unsigned char digest[HMAC_BYTES];
    struct strbuf text = STRBUF_INIT;
    struct strbuf base64 = STRBUF_INIT;

    strbuf_addf(&text, "%" PRId64 "\n%s", now_ms, secret);
    hmac(secret, text.data, text.length, digest);
    base64_add(&base64, digest, sizeof(digest), 0);
    add_encoded(out, base64.data);
    strbuf_release(&text);
    strbuf_release(&base64);
}

void signature_add_feishu(struct strbuf *out, const char *secret, int64_t now_s)
{
    unsigned char digest[HMAC_BYTES];
    struct strbuf key = STRBUF_INIT;

    strbuf_addf(&key, "%" PRId64 "\n%s", now_s, secret);
    hmac(key.data, "", 0, digest);
    base64_add(out, digest, sizeof(digest), 0);
    strbuf_release(&key);
}

void signature_add_webhook(struct strbuf *out, const char *secret,
                           int64_t now_s, const char *body, size_t length)
{
    unsigned char digest[HMAC_BYTES];
    struct strbuf text = STRBUF_INIT;

    strbuf_addf(&text, "%" PRId64 ".", now_s);
    strbuf_add(&text, body, length);
    hmac(secret, text.data, text.length, digest);
    for (size_t i = 0; i < sizeof(digest); i++)
        strbuf_addf(out, "%02x", digest[i]);
    strbuf_release(&text);
}
