#ifndef ROUNDS_PLAN_TEXT_H
#define ROUNDS_PLAN_TEXT_H

/*
 * The whole text of a plan: the file and all that it includes, put together
 * into one buffer, so that libconfig opens no file itself: it would wait on a
 * pipe, follow a circle of includes, and look for them from the working
 * directory instead of beside the file that names them. One thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>

#include "mistakes.h"

#include "rounds/endpoint.h"
#include "rounds/strbuf.h"

enum {
    PLAN_TEXT_MOST_BYTES = 64 << 20, /* of all files together */
    PLAN_TEXT_DEEPEST_INCLUDE = 10,
};

struct text_file {
    char *path;
    bool others_write;
};

/* From FIRST_LINE of the whole text on come FILE's lines from FILE_LINE on. */
struct text_segment {
    unsigned first_line;
    unsigned file_line;
    size_t file;
};

struct plan_text {
    struct strbuf text; /* its last byte is a newline */
    struct text_file *files;
    size_t file_count;
    size_t file_capacity;
    struct text_segment *segments;
    size_t segment_count;
    size_t segment_capacity;
    unsigned lines;    /* whole ones put together so far */
    size_t bytes_read; /* of all files together */
};

/* False: MISTAKES says what cannot be read. Release it in either case. */
bool plan_text_read(struct plan_text *text, const char *file,
                    struct mistakes *mistakes);
void plan_text_release(struct plan_text *text);

/*
 * Which line of which file LINE of the whole text is; 0 is the main file as a
 * whole. The file's name lives as long as TEXT.
 */
struct source plan_text_source(const struct plan_text *text, unsigned line);

/* The first line of the whole text that came from files[FILE]. */
unsigned plan_text_first_line(const struct plan_text *text, size_t file);

/* Add "line 3" to OUT, or "line 3 of FILE" where FILE is not that of FROM. */
void plan_text_add_place(const struct plan_text *text, unsigned line,
                         unsigned from, struct strbuf *out);

#endif
