/*
 * A comparison as one JSON document, described in docs/compare.schema.json.
 */

#include <math.h>
#include <string.h>

#include "compare_words.h"
#include "rounds/json_writer.h"
#include "rounds/text.h"

static void add_count(struct json_writer *json, const char *name, size_t count)
{
    json_name(json, name);
    json_integer(json, (int64_t)count);
}

static void add_real(struct json_writer *json, double value)
{
    if (isfinite(value))
        json_real(json, value);
    else
        json_null(json);
}

static void add_text(struct json_writer *json,
                     const struct compare_input *input, const char *name,
                     const char *text)
{
    struct strbuf shown = STRBUF_INIT;

    json_name(json, name);
    if (text) {
        add_shown(input, text, &shown);
        json_text(json, shown.data, shown.length);
    } else {
        json_null(json);
    }
    strbuf_release(&shown);
}

static void add_value(struct json_writer *json, enum measure measure,
                      double value)
{
    const char *name = measure_rows[measure].name;
    bool is_ms = !strcmp(name + strlen(name) - 3, "_ms");

    json_name(json, name);
    add_real(json, is_ms ? value / 1000 : value);
}

static void add_medians(struct json_writer *json, const struct contest *contest,
                        size_t stand, size_t contestant)
{
    json_name(json, "medians");
    json_begin_object(json);
    for (int i = 0; i < MEASURE_COUNT; i++)
        add_value(json, (enum measure)i,
                  contest_median(contest, stand, contestant, (enum measure)i));
    json_end_object(json);
}

/* One for each round; of one that was not measured, null. */
static void add_samples(struct json_writer *json, const struct contest *contest,
                        size_t stand, size_t contestant)
{
    json_name(json, "samples");
    json_begin_array(json);
    for (size_t round = 0; round < contest->round_count; round++) {
        if (isnan(contest_values(contest, stand, contestant,
                                 MEASURE_WALL)[round])) {
            json_null(json);
            continue;
        }
        json_begin_object(json);
        for (int i = 0; i < MEASURE_COUNT; i++)
            add_value(json, (enum measure)i,
                      contest_values(contest, stand, contestant,
                                     (enum measure)i)[round]);
        json_end_object(json);
    }
    json_end_array(json);
}

static void add_ratios(struct json_writer *json, const struct contest *contest,
                       size_t stand, size_t contestant)
{
    json_name(json, "ratios");
    json_begin_object(json);
    for (int i = 0; i < MEASURE_COUNT; i++) {
        struct paired_ratio ratio;

        contest_ratio(contest, stand, contestant, (enum measure)i, &ratio);
        json_name(json, measure_rows[i].name);
        json_begin_object(json);
        add_count(json, "pairs", ratio.pairs);
        json_name(json, "median");
        add_real(json, ratio.median);
        json_name(json, "low");
        add_real(json, ratio.low);
        json_name(json, "high");
        add_real(json, ratio.high);
        json_name(json, "confidence");
        add_real(json, ratio.confidence);
        json_name(json, "verdict");
        json_string(json, paired_verdict_name(ratio.verdict));
        json_end_object(json);
    }
    json_end_object(json);
}

static void add_saying_of(struct json_writer *json,
                          const struct compare_input *input, size_t stand,
                          size_t contestant)
{
    struct strbuf said = STRBUF_INIT;

    add_saying(input, stand, contestant, LISTENER_MACHINE, &said);
    add_text(json, input, "says", said.data);
    strbuf_release(&said);
}

/* The first contestant is the one that others are held against. */
static void add_figures(struct json_writer *json,
                        const struct compare_input *input, size_t stand,
                        size_t contestant)
{
    const struct contest *contest = input->contest;

    json_begin_object(json);
    add_text(json, input, "contestant", contest->contestants[contestant].name);
    add_count(json, "rounds", contest_measured(contest, stand, contestant));
    add_medians(json, contest, stand, contestant);
    add_samples(json, contest, stand, contestant);
    if (contestant) {
        add_ratios(json, contest, stand, contestant);
        add_saying_of(json, input, stand, contestant);
    }
    json_end_object(json);
}

static void add_stands(struct json_writer *json,
                       const struct compare_input *input)
{
    const struct contest *contest = input->contest;

    json_name(json, "stands");
    json_begin_array(json);
    for (size_t i = 0; i < contest->stand_count; i++) {
        json_begin_object(json);
        json_name(json, "workers");
        if (contest->stands[i])
            json_integer(json, contest->stands[i]);
        else
            json_null(json);
        json_name(json, "figures");
        json_begin_array(json);
        for (size_t k = 0; k < contest->contestant_count; k++)
            add_figures(json, input, i, k);
        json_end_array(json);
        json_end_object(json);
    }
    json_end_array(json);
}

static void add_contestants(struct json_writer *json,
                            const struct compare_input *input)
{
    json_name(json, "contestants");
    json_begin_array(json);
    for (size_t i = 0; i < input->contest->contestant_count; i++) {
        const struct contestant *it = &input->contest->contestants[i];

        json_begin_object(json);
        add_text(json, input, "name", it->name);
        json_name(json, "engine");
        json_string(json, it->engine);
        add_text(json, input, "command", it->command);
        add_count(json, "faults", it->faults);
        json_end_object(json);
    }
    json_end_array(json);
}

static void add_notes(struct json_writer *json, const char *notes)
{
    struct strbuf visible = STRBUF_INIT;

    json_name(json, "notes");
    json_begin_array(json);
    while (*notes) {
        size_t length = strcspn(notes, "\n");

        strbuf_clear(&visible);
        text_add_visible(&visible, notes, length);
        json_text(json, visible.data, visible.length);
        notes += length + (notes[length] == '\n');
    }
    json_end_array(json);
    strbuf_release(&visible);
}

void compare_json(const struct compare_input *input, struct strbuf *out)
{
    struct json_writer json = { out, false };

    json_begin_object(&json);
    json_name(&json, "rounds");
    json_string(&json, ROUNDS_VERSION);
    add_count(&json, "schema", 1);
    json_name(&json, "started_at");
    json_moment(&json, input->started_at_us);
    json_name(&json, "elapsed_ms");
    json_ms(&json, input->elapsed_us);
    add_text(&json, input, "plan", input->plan);
    add_count(&json, "endpoints", input->endpoint_count);
    add_count(&json, "rounds_wanted", input->contest->round_count);
    json_name(&json, "interrupted");
    json_bool(&json, input->signal != 0);
    add_contestants(&json, input);
    add_stands(&json, input);
    add_notes(&json, input->notes[LISTENER_MACHINE]);
    json_end_object(&json);
    strbuf_add_char(out, '\n');
}
