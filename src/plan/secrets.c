#include "rounds/secrets.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "intern.h"
#include "secret_forms.h"

#include "rounds/arena.h"
#include "rounds/xalloc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HIDDEN "***"

enum { NO_PARENT = -1, FILTER_BITS = 16 };

/* A text to be hidden: a value or one of its encoded forms. */
struct form {
    const char *bytes;
    size_t length;
    int64_t parent; /* in a sorted index: the longest form it begins with */
};

/*
 * Forms in the order of their bytes. A form that stands at some place of a
 * text is the greatest one not past it, or a parent of that one; the filter
 * spares most places the search: a bit for each hash of four first bytes.
 */
struct form_index {
    struct form *forms;
    size_t count;
    uint8_t filter[(1 << FILTER_BITS) / 8];
};

struct secrets {
    struct arena *arena;
    struct intern *intern;
    struct form *forms; /* as they came */
    size_t count;
    size_t capacity;
    struct form_index *sealed; /* NULL: forms were added since */
};

struct secrets *secrets_create(void)
{
    struct secrets *secrets = xcalloc(1, sizeof(*secrets));

    secrets->arena = arena_create();
    secrets->intern = intern_create(secrets->arena);
    return secrets;
}

static void destroy_form_index(struct form_index *forms)
{
    if (!forms)
        return;
    free(forms->forms);
    free(forms);
}

void secrets_destroy(struct secrets *secrets)
{
    if (!secrets)
        return;
    destroy_form_index(secrets->sealed);
    free(secrets->forms);
    intern_destroy(secrets->intern);
    arena_destroy(secrets->arena);
    free(secrets);
}

bool secrets_is_empty(const struct secrets *secrets)
{
    return secrets->count == 0;
}

bool secrets_is_name(const char *name)
{
    static const char *const whole[] = { "Authorization", "Cookie",
                                         "Set-Cookie", "Proxy-Authorization" };
    static const char *const within[] = { "token",  "secret", "password",
                                          "passwd", "key",    "signature" };

    for (size_t i = 0; i < COUNT(whole); i++)
        if (strcasecmp(name, whole[i]) == 0)
            return true;
    for (size_t i = 0; i < COUNT(within); i++)
        if (strcasestr(name, within[i]))
            return true;
    return false;
}

static void add_form(void *context, const char *bytes, size_t length)
{
    struct secrets *secrets = context;
    const char *kept;
    bool is_new;

    if (length < SECRETS_SHORTEST_BYTES)
        return;
    kept = intern_bytes(secrets->intern, bytes, length, &is_new);
    if (!is_new)
        return;
    secrets->forms = xgrow(secrets->forms, secrets->count, &secrets->capacity,
                           sizeof(*secrets->forms));
    secrets->forms[secrets->count++] = (struct form){ kept, length, NO_PARENT };
    destroy_form_index(secrets->sealed);
    secrets->sealed = NULL;
}

void secrets_remember(struct secrets *secrets, const char *value, size_t length)
{
    if (length >= SECRETS_SHORTEST_BYTES)
        secret_forms(value, length, add_form, secrets);
}

static void remember_string(struct secrets *secrets, const char *value)
{
    secrets_remember(secrets, value, strlen(value));
}

/* "Bearer abc" and the like: abc; of "Basic" what it says once decoded. */
static void remember_credentials(struct secrets *secrets, const char *value)
{
    const char *space = strchr(value, ' ');
    struct strbuf decoded = STRBUF_INIT;

    if (!space)
        return;
    remember_string(secrets, space + 1);
    if (strncasecmp(value, "Basic ", 6) == 0 &&
        secret_decode_base64(space + 1, &decoded)) {
        const char *colon = memchr(decoded.data, ':', decoded.length);

        secrets_remember(secrets, decoded.data, decoded.length);
        if (colon)
            secrets_remember(secrets, colon + 1,
                             decoded.length -
                                 (size_t)(colon + 1 - decoded.data));
    }
    strbuf_release(&decoded);
}

/* "a=b; c=d": b and d. */
static void remember_cookies(struct secrets *secrets, const char *value)
{
    while (*value) {
        size_t length = strcspn(value, ";");
        const char *equals = memchr(value, '=', length);

        if (equals)
            secrets_remember(secrets, equals + 1,
                             (size_t)(value + length - equals - 1));
        value += length;
        value += strspn(value, "; ");
    }
}

void secrets_remember_field(struct secrets *secrets, const char *name,
                            const char *value)
{
    if (!secrets_is_name(name))
        return;
    remember_string(secrets, value);
    if (strcasestr(name, "Authorization"))
        remember_credentials(secrets, value);
    if (strcasestr(name, "Cookie"))
        remember_cookies(secrets, value);
}

static int compare_forms(const void *left, const void *right)
{
    const struct form *first = left;
    const struct form *second = right;
    size_t shorter =
        first->length < second->length ? first->length : second->length;
    int order = memcmp(first->bytes, second->bytes, shorter);

    if (order)
        return order;
    return (first->length > second->length) - (first->length < second->length);
}

static bool starts_with(const char *text, size_t length,
                        const struct form *form)
{
    return length >= form->length &&
           memcmp(text, form->bytes, form->length) == 0;
}

static unsigned filter_bit(const char *bytes)
{
    uint32_t first;

    memcpy(&first, bytes, sizeof(first));
    return first * UINT32_C(2654435761) >> (32 - FILTER_BITS);
}

static struct form_index *create_form_index(const struct secrets *secrets)
{
    struct form_index *sorted = xcalloc(1, sizeof(*sorted));

    sorted->count = secrets->count;
    sorted->forms = xreallocarray(NULL, secrets->count, sizeof(*sorted->forms));
    if (!secrets->count)
        return sorted;
    memcpy(sorted->forms, secrets->forms,
           secrets->count * sizeof(*sorted->forms));
    qsort(sorted->forms, sorted->count, sizeof(*sorted->forms), compare_forms);
    for (size_t i = 0; i < sorted->count; i++) {
        struct form *form = &sorted->forms[i];
        int64_t parent = (int64_t)i - 1;
        unsigned bit = filter_bit(form->bytes);

        while (parent != NO_PARENT &&
               !starts_with(form->bytes, form->length, &sorted->forms[parent]))
            parent = sorted->forms[parent].parent;
        form->parent = parent;
        sorted->filter[bit / 8] |= (uint8_t)(1u << bit % 8);
    }
    return sorted;
}

void secrets_seal(struct secrets *secrets)
{
    if (!secrets->sealed)
        secrets->sealed = create_form_index(secrets);
}

/* How many bytes of the longest form stand at the start of TEXT; 0: none. */
static size_t form_at(const struct form_index *sorted, const char *text,
                      size_t length)
{
    const struct form here = { text, length, NO_PARENT };
    size_t low = 0;
    size_t high = sorted->count;
    unsigned bit;
    int64_t candidate;

    if (length < SECRETS_SHORTEST_BYTES)
        return 0;
    bit = filter_bit(text);
    if (!(sorted->filter[bit / 8] >> bit % 8 & 1))
        return 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare_forms(&sorted->forms[middle], &here) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    candidate = (int64_t)low - 1;
    while (candidate != NO_PARENT &&
           !starts_with(text, length, &sorted->forms[candidate]))
        candidate = sorted->forms[candidate].parent;
    return candidate == NO_PARENT ? 0 : sorted->forms[candidate].length;
}

/*
 * Where the user:password of a URL ends whose "://" stands right before TEXT;
 * 0: there is none. The authority ends where RFC 3986 says, and in running
 * text at a space, a quote or a bracket; no "/" is looked past, so that a text
 * full of "://" is not gone through again for each.
 */
static size_t credentials_at(const char *text, size_t length)
{
    size_t end = 0;

    for (size_t i = 0; i < length; i++) {
        if (text[i] == '@')
            end = i;
        else if ((unsigned char)text[i] <= ' ' ||
                 strchr("/?#\"'<>\\`", text[i]))
            break;
    }
    return end;
}

/*
 * How long the value of a query parameter with a secret's name is that starts
 * at TEXT + AT, right behind "?name=" or "&name="; 0: there is none.
 */
static size_t parameter_at(const char *text, size_t length, size_t at)
{
    enum { LONGEST_NAME = 64 };
    char name[LONGEST_NAME + 1];
    size_t name_length = 0;
    size_t end = at;

    while (name_length < LONGEST_NAME && name_length + 1 < at &&
           (isalnum((unsigned char)text[at - 2 - name_length]) ||
            memchr("-_.%[]", text[at - 2 - name_length], 6)))
        name_length++;
    if (!name_length || name_length + 2 > at ||
        !memchr("?&", text[at - 2 - name_length], 2))
        return 0;
    memcpy(name, text + at - 1 - name_length, name_length);
    name[name_length] = '\0';
    if (!secrets_is_name(name))
        return 0;
    while (end < length && (unsigned char)text[end] > ' ' &&
           !memchr("&#\"'<>\\`", text[end], 8))
        end++;
    return end - at;
}

/* What must be hidden at TEXT + AT for where it stands, unknown though it is. */
static size_t unknown_secret_at(const char *text, size_t length, size_t at)
{
    if (at >= 3 && text[at - 1] == '/' && text[at - 2] == '/' &&
        text[at - 3] == ':')
        return credentials_at(text + at, length - at);
    if (at >= 3 && text[at - 1] == '=')
        return parameter_at(text, length, at);
    return 0;
}

/* How many bytes at TEXT + AT are to be hidden. */
static size_t secret_at(const struct form_index *sorted, const char *text,
                        size_t length, size_t at)
{
    size_t known = sorted ? form_at(sorted, text + at, length - at) : 0;
    size_t unknown = unknown_secret_at(text, length, at);

    return known > unknown ? known : unknown;
}

static void hide(const struct form_index *sorted, const char *text,
                 size_t length, struct strbuf *out)
{
    size_t hidden_until = 0;
    size_t shown_until = 0; /* what was added to OUT, hidden or not */

    for (size_t at = 0; at < length; at++) {
        size_t count = secret_at(sorted, text, length, at);

        if (!count || at + count <= hidden_until)
            continue;
        /* Secrets that overlap are one: neither's end may stay behind. */
        if (at >= hidden_until) {
            strbuf_add(out, text + shown_until, at - shown_until);
            strbuf_add_string(out, HIDDEN);
        }
        hidden_until = at + count;
        shown_until = hidden_until;
    }
    strbuf_add(out, text + shown_until, length - shown_until);
}

void secrets_hide(const struct secrets *secrets, const char *text,
                  size_t length, struct strbuf *out)
{
    struct form_index *temporary = NULL;

    if (secrets && !secrets->sealed)
        temporary = create_form_index(secrets);
    hide(secrets && secrets->sealed ? secrets->sealed : temporary, text, length,
         out);
    destroy_form_index(temporary);
}
