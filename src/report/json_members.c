#include "json_members.h"

#include <string.h>

/* A reader of brackets and strings. */
struct scan {
    const char *text;
    size_t length;
    size_t at;
    size_t depth;
};

/* Past the string that begins at .at; false: it has no end. */
static bool skip_string(struct scan *scan)
{
    for (scan->at++; scan->at < scan->length; scan->at++) {
        if (scan->text[scan->at] == '\\')
            scan->at++;
        else if (scan->text[scan->at] == '"')
            return ++scan->at <= scan->length;
    }
    return false;
}

/* Past one byte that is no string's, or one string. */
static bool step(struct scan *scan)
{
    char byte = scan->text[scan->at];

    if (byte == '"')
        return skip_string(scan);
    if (byte == '{' || byte == '[')
        scan->depth++;
    if (byte == '}' || byte == ']') {
        if (!scan->depth)
            return false;
        scan->depth--;
    }
    scan->at++;
    return true;
}

static void skip_space(struct scan *scan)
{
    while (scan->at < scan->length && strchr(" \t\r\n", scan->text[scan->at]) &&
           scan->text[scan->at])
        scan->at++;
}

static bool takes(struct scan *scan, char byte)
{
    skip_space(scan);
    if (scan->at >= scan->length || scan->text[scan->at] != byte)
        return false;
    scan->at++;
    return true;
}

/* Whether a string was NAME, and what follows is its array. */
static bool enters_array(struct scan *scan, size_t begin, const char *name)
{
    size_t length = strlen(name);

    return scan->at - begin == length + 2 &&
           !memcmp(scan->text + begin + 1, name, length) && takes(scan, ':') &&
           takes(scan, '[');
}

static bool find_end(struct scan *scan, struct json_span *array)
{
    array->begin = scan->at;
    for (scan->depth++; scan->at < scan->length;) {
        array->end = scan->at;
        if (!step(scan))
            return false;
        if (scan->depth == 1)
            return true;
    }
    return false;
}

bool json_find_array(const char *text, size_t length, const char *name,
                     struct json_span *array)
{
    struct scan scan = { text, length, 0, 0 };

    while (scan.at < length) {
        size_t begin = scan.at;

        if (!step(&scan))
            return false;
        if (text[begin] == '"' && scan.depth == 1 &&
            enters_array(&scan, begin, name))
            return find_end(&scan, array);
    }
    return false;
}
