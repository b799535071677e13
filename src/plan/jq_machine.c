#include "jq_machine.h"

#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jq.h>

#include "rounds/cpu_limit.h"
#include "rounds/jq_filter.h"
#include "rounds/text.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

/*
 * What a plan's program must not do: write the body to our standard error
 * (`stderr`, `debug`), read the environment, whose values may be secrets, and
 * read files (`modulemeta`; `import` and `include` are refused before). `halt`
 * has no program to end; the interpreter is halted by its time limit alone.
 * Names defined here hide the built-in ones from the program behind them. It
 * begins on a line of its own, so that line 2 in a message is its line 1.
 */
static const char guard[] =
    "def stderr: .; def debug: .; def env: {}; "
    "def modulemeta: error(\"modules are not read here\"); "
    "def halt: empty; def halt_error: empty; def halt_error($code): empty; "
    "{} as $ENV |\n";

struct jq_machine {
    size_t count;
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

static const char place[] = " at <top-level>, line ";

/* The line that libjq's first complaint names; 0: none. */
static unsigned long line_of(const char *messages)
{
    const char *at = strstr(messages, place);

    return at ? strtoul(at + sizeof(place) - 1, NULL, 10) : 0;
}

/*
 * libjq's first complaint as one line in our form: without its "jq: error: ",
 * its guess at "Unix shell quoting issues" and the program, which is quoted
 * behind the place.
 */
static void add_mistake(struct strbuf *why, const char *messages)
{
    static const char before[] = "jq: error: ";
    const char *start = messages;
    const char *at;
    const char *guess;

    if (strncmp(start, before, sizeof(before) - 1) == 0)
        start += sizeof(before) - 1;
    at = strstr(start, place);
    guess = strstr(start, " (Unix shell quoting issues?)");
    strbuf_add_string(why, _("not a jq program: "));
    if (guess && at && guess < at)
        text_add_visible(why, start, (size_t)(guess - start));
    else
        text_add_visible(why, start,
                         at ? (size_t)(at - start) : strcspn(start, "\n"));
    if (line_of(messages) > 2)
        strbuf_addf(why, _(", in its line %lu"), line_of(messages) - 1);
}

/* Choose between the programs LOW to HIGH - 1 by halves. */
static void add_choice(struct strbuf *text, size_t low, size_t high)
{
    size_t middle = low + (high - low) / 2;

    if (high - low == 1) {
        strbuf_addf(text, "rounds__%zu", low);
        return;
    }
    strbuf_addf(text, "if $rounds__ < %zu then ", middle);
    add_choice(text, low, middle);
    strbuf_add_string(text, " else ");
    add_choice(text, middle, high);
    strbuf_add_string(text, " end");
}

/* Several programs as functions, of which the input's first element picks. */
static void add_programs(struct strbuf *text, const char *const *programs,
                         size_t count)
{
    for (size_t i = 0; i < count; i++)
        strbuf_addf(text, "def rounds__%zu: (\n%s\n);\n", i, programs[i]);
    strbuf_add_string(text, ".[0] as $rounds__ | .[1] | ");
    add_choice(text, 0, count);
}

static unsigned long count_lines(const char *text)
{
    unsigned long lines = 1;

    while ((text = strchr(text, '\n'))) {
        text++;
        lines++;
    }
    return lines;
}

/* Which program's function, brackets included, stands on that LINE. */
static size_t blame(const char *const *programs, size_t count,
                    unsigned long line)
{
    unsigned long first = 2;

    for (size_t i = 0; i < count; i++) {
        first += count_lines(programs[i]) + 2;
        if (line < first)
            return i;
    }
    return count;
}

static jq_state *create_interpreter(void)
{
    jq_state *interpreter = jq_init();

    if (!interpreter)
        (void)xmalloc(SIZE_MAX); /* says that memory is out, and ends */
    /* libjq 1.6 leaves these two as malloc() gave them. */
    jq_set_input_cb(interpreter, no_input, NULL);
    jq_set_debug_cb(interpreter, ignore_message, NULL);
    return interpreter;
}

/* Where the environment has HOME; NULL: it has none. */
static char **find_home(void)
{
    for (char **variable = environ; variable && *variable; variable++)
        if (strncmp(*variable, "HOME=", 5) == 0)
            return variable;
    return NULL;
}

/*
 * libjq puts ~/.jq before every program: a plan would mean something else for
 * each user, break with a mistake in that file, and hang if it is a pipe. It
 * cannot be told not to, so there is no HOME while it compiles. One pointer is
 * written and no memory moves, unlike with setenv(), so another thread that
 * reads the environment meanwhile still finds all else.
 */
static bool compile_without_home(jq_state *interpreter, const char *text)
{
    static char nothing[] = "ROUNDS_NO_HOME=";
    char **home = find_home();
    char *value = home ? *home : NULL;
    bool is_compiled;

    if (home)
        *home = nothing;
    is_compiled = jq_compile(interpreter, text) != 0;
    if (home)
        *home = value;
    return is_compiled;
}

static bool compile(jq_state *interpreter, const char *text,
                    struct strbuf *messages)
{
    bool is_compiled;

    jq_set_error_cb(interpreter, take_message, messages);
    is_compiled = compile_without_home(interpreter, text);
    jq_set_error_cb(interpreter, ignore_message, NULL);
    return is_compiled;
}

struct jq_machine *jq_machine_create(const char *const *programs, size_t count,
                                     size_t *blamed, struct strbuf *why)
{
    struct jq_machine *machine = xcalloc(1, sizeof(*machine));
    struct strbuf text = STRBUF_INIT;
    struct strbuf messages = STRBUF_INIT;

    machine->count = count;
    machine->interpreter = create_interpreter();
    pthread_mutex_init(&machine->lock, NULL);
    strbuf_add_string(&text, guard);
    if (count == 1)
        strbuf_add_string(&text, programs[0]);
    else
        add_programs(&text, programs, count);
    if (!compile(machine->interpreter, text.data, &messages)) {
        add_mistake(why, messages.data);
        *blamed =
            count == 1 ? 0 : blame(programs, count, line_of(messages.data));
        jq_machine_destroy(machine);
        machine = NULL;
    }
    strbuf_release(&messages);
    strbuf_release(&text);
    return machine;
}

void jq_machine_destroy(struct jq_machine *machine)
{
    if (!machine)
        return;
    jq_teardown(&machine->interpreter);
    pthread_mutex_destroy(&machine->lock);
    free(machine);
}

/* What is wrong when there is no value; takes INVALID over. */
static void add_message(struct strbuf *got, const char *before, jv invalid)
{
    jv message = jv_invalid_get_msg(invalid);

    strbuf_add_string(got, before);
    if (jv_get_kind(message) == JV_KIND_STRING) {
        strbuf_add_string(got, ": ");
        strbuf_add_string(got, jv_string_value(message));
    }
    jv_free(message);
}

static bool is_one_of(char byte, const char *bytes)
{
    return byte && strchr(bytes, byte);
}

/* AT stands at the opening quote. */
static const char *behind_string(const char *at, const char *end)
{
    for (at++; at < end && *at != '"'; at++)
        at += *at == '\\';
    return at < end ? at + 1 : end;
}

/*
 * Whether within brackets a string stands behind a value with nothing between
 * them. libjq 1.6 would say so too, but loses the string's memory over it, and
 * a server may make it as large as a body.
 */
static bool lacks_separator(const char *at, const char *end)
{
    bool is_behind_value = false;
    size_t depth = 0;

    while (at < end) {
        char byte = *at;

        if (byte == '"' && is_behind_value && depth)
            return true;
        at = byte == '"' ? behind_string(at, end) : at + 1;
        if (is_one_of(byte, " \t\r\n"))
            continue;
        if (is_one_of(byte, "[{"))
            depth++;
        else if (is_one_of(byte, "]}") && depth)
            depth--;
        is_behind_value = !is_one_of(byte, "[{,:");
    }
    return false;
}

/* The one value of a JSON text. False: it is none, or more than one. */
static bool parse(const char *json, size_t length, jv *value,
                  struct strbuf *got)
{
    struct jv_parser *parser;
    jv rest;
    bool is_one;

    /* libjq counts in int; the largest body a plan allows is far below. */
    if (length > INT_MAX) {
        strbuf_add_string(got, "too long");
        return false;
    }
    if (lacks_separator(json, json + length)) {
        strbuf_add_string(got, "not JSON: Expected separator between values");
        return false;
    }
    parser = jv_parser_new(0);
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

/* A cpu_limit_passed. */
static void halt(void *interpreter)
{
    if (!jq_halted(interpreter))
        jq_halt(interpreter, jv_null(), jv_null());
}

/* For a text of LENGTH bytes. */
static int64_t most_ms(size_t length)
{
    return JQ_FILTER_MOST_MS + (int64_t)(length >> 14);
}

/* The first value of program NUMBER; takes INPUT over. */
static jv first_value(struct jq_machine *machine, size_t number, jv input,
                      int64_t limit_ms, bool *is_late)
{
    struct cpu_limit limit;
    jv value;

    if (machine->count > 1) {
        jv both = jv_array_set(jv_array(), 0, jv_number((double)number));

        input = jv_array_set(both, 1, input);
    }
    pthread_mutex_lock(&machine->lock);
    jq_start(machine->interpreter, input, 0);
    cpu_limit_begin(&limit, limit_ms, halt, machine->interpreter);
    value = jq_next(machine->interpreter);
    *is_late = cpu_limit_end(&limit);
    /* Lets go of the input, which may be large, and of the state it left. */
    jq_start(machine->interpreter, jv_null(), 0);
    pthread_mutex_unlock(&machine->lock);
    return value;
}

bool jq_machine_is_met(struct jq_machine *machine, size_t number,
                       const char *json, size_t length, struct strbuf *got)
{
    bool is_late;
    jv input;
    jv value;
    jv text;

    if (!parse(json, length, &input, got))
        return false;
    value = first_value(machine, number, input, most_ms(length), &is_late);
    if (is_late) {
        jv_free(value);
        strbuf_addf(got, "no end within %lld ms of the processor",
                    (long long)most_ms(length));
        return false;
    }
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
    strbuf_add_string(got, jv_string_value(text));
    jv_free(text);
    return false;
}
