#include "page_language.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static const char english[] = "en", chinese[] = "zh-CN";

enum { WEIGHT_FULL = 1000 };

/* NULL: a language that the page does not speak. */
static const char *find(const char *tag, size_t length)
{
    bool is_whole = length == 2 || (length > 2 && tag[2] == '-');

    if (is_whole && strncasecmp(tag, "zh", 2) == 0)
        return chinese;
    if (is_whole && strncasecmp(tag, "en", 2) == 0)
        return english;
    return NULL;
}

/* "q=0.8" in thousandths, at ITEM's end; what is no such counts in full. */
static int weight_of(const char *item, size_t length)
{
    const char *at = memchr(item, ';', length);
    const char *end = item + length;
    int weight = 0, unit = WEIGHT_FULL;

    if (!at)
        return WEIGHT_FULL;
    for (at++; at < end && (*at == ' ' || *at == '\t'); at++)
        continue;
    if (end - at < 3 || (*at != 'q' && *at != 'Q') || at[1] != '=')
        return WEIGHT_FULL;
    for (at += 2; at < end && unit; at++) {
        if (*at == '.')
            continue;
        if (*at < '0' || *at > '9')
            break;
        weight += (*at - '0') * unit;
        unit /= 10;
    }
    return weight;
}

/* The first of those that are wanted most. */
static const char *choose(const char *wishes)
{
    const char *best = english;
    int most = 0;

    while (*wishes) {
        size_t length = strcspn(wishes, ",");
        size_t blank = strspn(wishes, " \t");
        const char *language = NULL;

        if (blank < length)
            language = find(wishes + blank, strcspn(wishes + blank, "; \t,"));
        if (language && weight_of(wishes, length) > most) {
            most = weight_of(wishes, length);
            best = language;
        }
        wishes += length;
        wishes += *wishes == ',';
    }
    return best;
}

const char *page_language(const char *lang, const char *accept_language)
{
    const char *language = lang ? find(lang, strlen(lang)) : NULL;

    if (language)
        return language;
    return accept_language ? choose(accept_language) : english;
}
