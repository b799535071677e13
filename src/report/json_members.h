#ifndef ROUNDS_REPORT_JSON_MEMBERS_H
#define ROUNDS_REPORT_JSON_MEMBERS_H

/*
 * Where a part of a JSON text lies, without reading all of it into a tree: of a
 * large report the results are then read one by one. Pure.
 */

#include <stdbool.h>
#include <stddef.h>

/* Between the brackets of an array. */
struct json_span {
    size_t begin;
    size_t end;
};

/*
 * The array that is the member NAME of the object which TEXT is. False: there
 * is none, or it has no end. What lies elsewhere is not looked at closely: a
 * text that is no JSON may have it, too.
 */
bool json_find_array(const char *text, size_t length, const char *name,
                     struct json_span *array);

#endif
