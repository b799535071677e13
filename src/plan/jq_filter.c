#include "rounds/jq_filter.h"

#include <ctype.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jq.h>

#include "rounds/text.h"
#include "rounds/xalloc.h"

/*
 * What a plan's program must not do: write the body to our standard error
 * (`stderr`, `debug`), read the environment, whose values may be secrets, and
 * read files (`modulemeta`; `import` and `include` are refused before).
 * Names defined here hide the built-in ones from the program behind them. It
 * begins on a line of its own, so that line 2 in a message is its line 1.
 */
static const char guard[] =
    "def stderr: .; def debug: .; def env: {}; "
    "def modulemeta: error(\"modules are not read here\"); "
    "{} as $ENV |\n";

enum { LONGEST_GOT = 200 };

/*
 * One interpreter for each program, under a lock: libjq 1.6 takes 26 ms to
 * make one (it compiles its whole library of built-ins each time) and some
 * microseconds to run a usual program, so that waiting for the one there is
 * costs less than making another. JSON is parsed before the lock is taken.
 */
struct jq_filter {
    char *program;
    pthread_mutex_t lock; /* guards the interpreter */
    jq_state *interpreter;
};

/* libjq reports mistakes here; without it they would go to standard error. */
static void take_message(void *context, jv message)
{
    struct strbuf *why = context;

    if (jv_get_kind(message) == JV_KIND_STRING) {
        if (why->length)
            strbuf_add_char(why, '\n');
        strbuf_add_string(why, jv_string_value(message));
    }
    jv_free(message);
}

static void ignore_message(void *context, jv message)
{
    (void)context;
    jv_free(message);
}

static jv no_input(jq_state *interpreter, void *context)
{
    (void)interpreter;
    (void)context;
    return jv_invalid();
}

/*
 * libjq's first complaint as one line in our form: without its "jq: error: ",
 * its guess at "Unix shell quoting issues" and the program, which is quoted
 * behind the place.
 */
static void add_mistake(struct strbuf *why, const char *messages)
{
    static const char before[] = "jq: error: ";
    static const char place[] = " at <top-level>, line ";
    const char *start = messages;
    const char *at;
    const char *guess;

    if (strncmp(start, before, sizeof(before) - 1) == 0)
        start += sizeof(before) - 1;
    at = strstr(start, place);
    guess = strstr(start, " (Unix shell quoting issues?)");
    strbuf_add_string(why, "not a jq program: ");
    if (guess && at && guess < at)
        text_add_visible(why, start, (size_t)(guess - start));
    else
        text_add_visible(why, start,
                         at ? (size_t)(at - start) : strcspn(start, "\n"));
    if (at) {
        unsigned long line = strtoul(at + sizeof(place) - 1, NULL, 10);

        if (line > 2)
            strbuf_addf(why, ", in its line %lu", line - 1);
    }
}

/* Past space and comments. */
static const char *first_word(const char *program)
{
    for (;;) {
        program += strspn(program, " \t\r\n");
        if (*program != '#')
            return program;
        program += strcspn(program, "\n");
    }
}

static bool begins_with_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    unsigned char next;

    if (strncmp(text, word, length) != 0)
        return false;
    next = (unsigned char)text[length];
    return !isalnum(next) && next != '_' && next != ':';
}

/* jq's grammar has directives only before anything else in a program. */
static bool reads_modules(const char *program)
{
    const char *word = first_word(program);

    return begins_with_word(word, "import") ||
           begins_with_word(word, "include") ||
           begins_with_word(word, "module");
}

static jq_state *create_interpreter(const char *program, struct strbuf *why)
{
    jq_state *interpreter = jq_init();
    struct strbuf guarded = STRBUF_INIT;
    struct strbuf messages = STRBUF_INIT;
    int is_compiled;

    if (!interpreter)
        (void)xmalloc(SIZE_MAX); /* says that memory is out, and ends */
    strbuf_addf(&guarded, "%s%s", guard, program);
    jq_set_error_cb(interpreter, take_message, &messages);
    /* libjq 1.6 leaves these two as malloc() gave them. */
    jq_set_input_cb(interpreter, no_input, NULL);
    jq_set_debug_cb(interpreter, ignore_message, NULL);
    is_compiled = jq_compile(interpreter, guarded.data);
    if (is_compiled) {
        jq_set_error_cb(interpreter, ignore_message, NULL);
    } else {
        add_mistake(why, messages.data);
        jq_teardown(&interpreter);
        interpreter = NULL;
    }
    strbuf_release(&messages);
    strbuf_release(&guarded);
    return interpreter;
}

struct jq_filter *jq_filter_create(const char *program, struct strbuf *why)
{
    struct jq_filter *filter;
    jq_state *interpreter;

    if (!*first_word(program)) {
        strbuf_add_string(why, "not a jq program: there is nothing in it");
        return NULL;
    }
    if (reads_modules(program)) {
        strbuf_add_string(why, "modules are not read here");
        return NULL;
    }
    interpreter = create_interpreter(program, why);
    if (!interpreter)
        return NULL;
    filter = xcalloc(1, sizeof(*filter));
    filter->program = xstrdup(program);
    filter->interpreter = interpreter;
    pthread_mutex_init(&filter->lock, NULL);
    return filter;
}

void jq_filter_destroy(struct jq_filter *filter)
{
    if (!filter)
        return;
    jq_teardown(&filter->interpreter);
    pthread_mutex_destroy(&filter->lock);
    free(filter->program);
    free(filter);
}

const char *jq_filter_text(const struct jq_filter *filter)
{
    return filter->program;
}

static void add_cut(struct strbuf *got, const char *text)
{
    struct strbuf visible = STRBUF_INIT;

    text_add_visible(&visible, text, strlen(text));
    (void)text_add_cut(got, visible.data, LONGEST_GOT);
    strbuf_release(&visible);
}

/* What is wrong when there is no value; takes INVALID over. */
static void add_message(struct strbuf *got, const char *before, jv invalid)
{
    jv message = jv_invalid_get_msg(invalid);

    strbuf_add_string(got, before);
    if (jv_get_kind(message) == JV_KIND_STRING) {
        strbuf_add_string(got, ": ");
        add_cut(got, jv_string_value(message));
    }
    jv_free(message);
}

/* The one value of a JSON text. False: it is none, or more than one. */
static bool parse(const char *json, size_t length, jv *value,
                  struct strbuf *got)
{
    struct jv_parser *parser = jv_parser_new(0);
    jv rest;
    bool is_one;

    /* libjq counts in int; the largest body a plan allows is far below. */
    if (length > INT_MAX) {
        strbuf_add_string(got, "too long");
        jv_parser_free(parser);
        return false;
    }
    jv_parser_set_buf(parser, json, (int)length, 0);
    *value = jv_parser_next(parser);
    if (!jv_is_valid(*value)) {
        add_message(got, "not JSON", *value);
        jv_parser_free(parser);
        return false;
    }
    rest = jv_parser_next(parser);
    is_one = !jv_is_valid(rest) && !jv_invalid_has_msg(jv_copy(rest));
    jv_free(rest);
    jv_parser_free(parser);
    if (!is_one) {
        strbuf_add_string(got, "not JSON: something stands behind its end");
        jv_free(*value);
    }
    return is_one;
}

/* The program's first value; takes INPUT over. */
static jv first_value(const struct jq_filter *constant, jv input)
{
    /* Constant to its users; the lock makes the interpreter so. */
    struct jq_filter *filter = (struct jq_filter *)constant;
    jv value;

    pthread_mutex_lock(&filter->lock);
    jq_start(filter->interpreter, input, 0);
    value = jq_next(filter->interpreter);
    /* Lets go of the input, which may be large, and of the state it left. */
    jq_start(filter->interpreter, jv_null(), 0);
    pthread_mutex_unlock(&filter->lock);
    return value;
}

bool jq_filter_is_met(const struct jq_filter *filter, const char *json,
                      size_t length, struct strbuf *got)
{
    jv input;
    jv value;
    jv text;

    if (!parse(json, length, &input, got))
        return false;
    value = first_value(filter, input);
    if (!jv_is_valid(value)) {
        bool is_error = jv_invalid_has_msg(jv_copy(value));

        add_message(got, is_error ? "jq error" : "no value", value);
        return false;
    }
    if (jv_get_kind(value) == JV_KIND_TRUE) {
        jv_free(value);
        return true;
    }
    text = jv_dump_string(value, 0);
    add_cut(got, jv_string_value(text));
    jv_free(text);
    return false;
}
