#include "secret_forms.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "encode.h"

#include "rounds/text.h"

/* A base64 form shorter than this would hide common words. */
enum { SHORTEST_BASE64 = 6 };

struct taker {
    secret_form_taker *take;
    void *context;
};

static void hand_over(const struct taker *taker, const struct strbuf *form)
{
    taker->take(taker->context, form->data, form->length);
}

/* The hexadecimal digits behind each of MARK's places, in small letters. */
static void lower_digits(struct strbuf *form, const char *mark, size_t digits)
{
    size_t length = strlen(mark);

    for (size_t i = 0; i + length + digits <= form->length; i++) {
        if (memcmp(form->data + i, mark, length) != 0)
            continue;
        for (size_t k = 0; k < digits; k++) {
            char *digit = &form->data[i + length + k];

            *digit = (char)tolower((unsigned char)*digit);
        }
    }
}

static void give_percent_encoded(const struct taker *taker, const char *value,
                                 size_t length)
{
    struct strbuf form = STRBUF_INIT;

    encode_percent(&form, value, length);
    hand_over(taker, &form);
    lower_digits(&form, "%", 2);
    hand_over(taker, &form);
    strbuf_clear(&form);
    encode_form(&form, value, length);
    hand_over(taker, &form);
    lower_digits(&form, "%", 2);
    hand_over(taker, &form);
    strbuf_release(&form);
}

/* As libcurl normalises a URL: only what cannot stand in one is encoded. */
static void give_url_normalised(const struct taker *taker, const char *value,
                                size_t length, const char *space)
{
    struct strbuf form = STRBUF_INIT;

    for (size_t i = 0; i < length; i++) {
        if (value[i] == ' ')
            strbuf_add_string(&form, space);
        else if ((unsigned char)value[i] >= 0x80)
            strbuf_addf(&form, "%%%02x", (unsigned char)value[i]);
        else
            strbuf_add_char(&form, value[i]);
    }
    hand_over(taker, &form);
    strbuf_release(&form);
}

/* False: not UTF-8, and so never in JSON. */
static bool escape_json(struct strbuf *form, const char *value, size_t length,
                        size_t flags)
{
    json_t *string = json_stringn(value, length);
    char *text = string ? json_dumps(string, JSON_ENCODE_ANY | flags) : NULL;

    strbuf_clear(form);
    if (text)
        strbuf_add(form, text + 1, strlen(text) - 2);
    free(text);
    json_decref(string);
    return text != NULL;
}

static void give_escaped(const struct taker *taker, const char *value,
                         size_t length, size_t flags, struct strbuf *form)
{
    if (!escape_json(form, value, length, flags))
        return;
    hand_over(taker, form);
    lower_digits(form, "\\u", 4);
    hand_over(taker, form);
}

/* In a string, and in a string that quotes a whole JSON text. */
static void give_json(const struct taker *taker, const char *value,
                      size_t length, size_t flags)
{
    struct strbuf once = STRBUF_INIT, twice = STRBUF_INIT;

    give_escaped(taker, value, length, flags, &once);
    if (escape_json(&once, value, length, flags)) {
        give_escaped(taker, once.data, once.length, 0, &twice);
        give_escaped(taker, once.data, once.length, JSON_ENSURE_ASCII, &twice);
    }
    strbuf_release(&twice);
    strbuf_release(&once);
}

/* The same digits in both alphabets of RFC 4648, sections 4 and 5. */
static void give_both_alphabets(const struct taker *taker, const char *digits,
                                size_t length)
{
    struct strbuf form = STRBUF_INIT;

    strbuf_add(&form, digits, length);
    hand_over(taker, &form);
    for (size_t i = 0; i < length; i++) {
        if (form.data[i] == '+')
            form.data[i] = '-';
        else if (form.data[i] == '/')
            form.data[i] = '_';
    }
    hand_over(taker, &form);
    strbuf_release(&form);
}

/*
 * VALUE with BEFORE bytes in front of it: the digits that stand for it alone,
 * whatever the neighbours, and all of them in case nothing follows it.
 */
static void give_base64(const struct taker *taker, const char *value,
                        size_t length, size_t before)
{
    static const size_t told_by_neighbour[] = { 0, 2, 3 };
    size_t skipped = told_by_neighbour[before];
    size_t alone = (before + length) * 8 / 6;
    struct strbuf padded = STRBUF_INIT;
    struct strbuf digits = STRBUF_INIT;

    strbuf_add_repeated(&padded, '\0', before);
    strbuf_add(&padded, value, length);
    encode_base64(&digits, padded.data, padded.length);
    if (alone >= skipped + SHORTEST_BASE64) {
        size_t unpadded = strcspn(digits.data, "=");

        give_both_alphabets(taker, digits.data + skipped, alone - skipped);
        give_both_alphabets(taker, digits.data + skipped, unpadded - skipped);
        give_both_alphabets(taker, digits.data + skipped,
                            digits.length - skipped);
    }
    strbuf_release(&digits);
    strbuf_release(&padded);
}

static void give_visible(const struct taker *taker, const char *value,
                         size_t length)
{
    struct strbuf form = STRBUF_INIT;

    text_add_visible(&form, value, length);
    hand_over(taker, &form);
    strbuf_release(&form);
}

void secret_forms(const char *value, size_t length, secret_form_taker *take,
                  void *context)
{
    const struct taker taker = { take, context };

    take(context, value, length);
    give_percent_encoded(&taker, value, length);
    give_url_normalised(&taker, value, length, "%20");
    give_url_normalised(&taker, value, length, "+");
    give_json(&taker, value, length, 0);
    give_json(&taker, value, length, JSON_ENSURE_ASCII);
    give_visible(&taker, value, length);
    /* Within a longer text it may begin at any byte of a group of three. */
    for (size_t before = 0; before < 3; before++)
        give_base64(&taker, value, length, before);
}

static int base64_digit(char byte)
{
    if (byte >= 'A' && byte <= 'Z')
        return byte - 'A';
    if (byte >= 'a' && byte <= 'z')
        return byte - 'a' + 26;
    if (byte >= '0' && byte <= '9')
        return byte - '0' + 52;
    if (byte == '+')
        return 62;
    return byte == '/' ? 63 : -1;
}

bool secret_decode_base64(const char *text, struct strbuf *out)
{
    unsigned bits = 0;
    unsigned count = 0;

    for (; *text && *text != '='; text++) {
        int digit = base64_digit(*text);

        if (digit < 0)
            return false;
        bits = bits << 6 | (unsigned)digit;
        count += 6;
        if (count >= 8) {
            count -= 8;
            strbuf_add_char(out, (char)(bits >> count & 0xff));
        }
    }
    return true;
}
