/*
 * A comparison as tables for people, and what it comes to.
 */

#include <stdbool.h>
#include <string.h>

#include "compare_words.h"
#include "rounds/grid.h"
#include "rounds/text.h"
#include "rounds/translate.h"
#include "rounds/wrap.h"

static void add_grid(struct grid *grid, const struct compare_input *input,
                     struct strbuf *out)
{
    for (size_t i = 1; i < grid->column_count; i++)
        grid->columns[i].is_right = true;
    grid_measure(grid);
    grid_fit(grid, input->columns);
    for (size_t i = 0; i < grid->row_count; i++)
        grid_add_row(grid, i, out);
}

static void add_name(const struct compare_input *input, size_t contestant,
                     struct strbuf *out)
{
    add_shown(input, input->contest->contestants[contestant].name, out);
}

/* A row a measure, a column a contestant. */
static void add_medians(const struct compare_input *input, struct strbuf *out)
{
    const struct contest *contest = input->contest;
    struct grid grid;

    grid_init(&grid, MEASURE_COUNT + 2, contest->contestant_count + 1);
    strbuf_add_string(grid_text(&grid, 0, 0), _("medians"));
    strbuf_add_string(grid_text(&grid, 1, 0), _("rounds"));
    for (size_t i = 0; i < MEASURE_COUNT; i++)
        strbuf_add_string(grid_text(&grid, i + 2, 0), _(measure_rows[i].label));
    for (size_t k = 0; k < contest->contestant_count; k++) {
        add_name(input, k, grid_text(&grid, 0, k + 1));
        strbuf_addf(grid_text(&grid, 1, k + 1), "%zu",
                    contest_measured(contest, 0, k));
        for (size_t i = 0; i < MEASURE_COUNT; i++)
            add_measure(grid_text(&grid, i + 2, k + 1), (enum measure)i,
                        contest_median(contest, 0, k, (enum measure)i));
    }
    add_grid(&grid, input, out);
    grid_release(&grid);
}

/* A row a measure, a column a contestant but the first. */
static void add_ratios(const struct compare_input *input, struct strbuf *out)
{
    const struct contest *contest = input->contest;
    struct paired_ratio ratio;
    struct grid grid;

    grid_init(&grid, told_ratio_count + 1, contest->contestant_count);
    strbuf_addf(grid_text(&grid, 0, 0), _("times %s"),
                contest->contestants[0].name);
    for (size_t i = 0; i < told_ratio_count; i++)
        strbuf_add_string(grid_text(&grid, i + 1, 0),
                          _(measure_rows[told_ratios[i]].label));
    for (size_t k = 1; k < contest->contestant_count; k++) {
        add_name(input, k, grid_text(&grid, 0, k));
        for (size_t i = 0; i < told_ratio_count; i++) {
            contest_ratio(contest, 0, k, told_ratios[i], &ratio);
            add_interval(grid_text(&grid, i + 1, k), &ratio);
        }
    }
    add_grid(&grid, input, out);
    grid_release(&grid);
}

/* One measure: a row a number of workers, a column a contestant. */
static void add_sweep(const struct compare_input *input, enum measure measure,
                      struct strbuf *out)
{
    const struct contest *contest = input->contest;
    struct grid grid;

    grid_init(&grid, contest->stand_count + 1, contest->contestant_count + 1);
    strbuf_add_string(grid_text(&grid, 0, 0), _(measure_rows[measure].label));
    for (size_t k = 0; k < contest->contestant_count; k++)
        add_name(input, k, grid_text(&grid, 0, k + 1));
    for (size_t i = 0; i < contest->stand_count; i++) {
        add_stand(input, i, grid_text(&grid, i + 1, 0));
        for (size_t k = 0; k < contest->contestant_count; k++)
            add_measure(grid_text(&grid, i + 1, k + 1), measure,
                        contest_median(contest, i, k, measure));
    }
    add_grid(&grid, input, out);
    grid_release(&grid);
}

static void add_tables(const struct compare_input *input, struct strbuf *out)
{
    static const enum measure swept[] = {
        MEASURE_RATE, MEASURE_CPU,      MEASURE_MEMORY,
        MEASURE_P95,  MEASURE_FAILURES,
    };

    if (input->contest->stand_count == 1) {
        add_medians(input, out);
        strbuf_add_char(out, '\n');
        add_ratios(input, out);
        return;
    }
    for (size_t i = 0; i < sizeof(swept) / sizeof(swept[0]); i++) {
        strbuf_add_string(out, i ? "\n" : "");
        add_sweep(input, swept[i], out);
    }
}

static bool has_measured_some(const struct contest *contest)
{
    for (size_t i = 0; i < contest->stand_count; i++)
        for (size_t k = 0; k < contest->contestant_count; k++)
            if (contest_measured(contest, i, k))
                return true;
    return false;
}

static void add_line(const struct compare_input *input, const char *text,
                     struct strbuf *out)
{
    wrap_add(out, text, 0, input->columns);
}

static void add_sayings(const struct compare_input *input, struct strbuf *out)
{
    const struct contest *contest = input->contest;
    struct strbuf line = STRBUF_INIT;
    struct strbuf said = STRBUF_INIT;

    for (size_t i = 0; i < contest->stand_count; i++) {
        for (size_t k = 1; k < contest->contestant_count; k++) {
            strbuf_clear(&line);
            strbuf_clear(&said);
            if (contest->stand_count > 1) {
                add_stand(input, i, &line);
                strbuf_add_string(&line, ": ");
            }
            add_saying(input, i, k, LISTENER_PERSON, &said);
            add_shown(input, said.data, &line);
            add_line(input, line.data, out);
        }
    }
    strbuf_release(&said);
    strbuf_release(&line);
}

static void add_notes(const struct compare_input *input, struct strbuf *out)
{
    struct strbuf line = STRBUF_INIT;
    const char *rest = input->notes[LISTENER_PERSON];

    while (*rest) {
        size_t length = strcspn(rest, "\n");

        strbuf_clear(&line);
        strbuf_add_string(&line, _("note: "));
        text_add_visible(&line, rest, length);
        add_line(input, line.data, out);
        rest += length + (rest[length] == '\n');
    }
    strbuf_release(&line);
}

void compare_text(const struct compare_input *input, struct strbuf *out)
{
    struct strbuf line = STRBUF_INIT;

    add_headline(input, &line);
    add_line(input, line.data, out);
    strbuf_add_char(out, '\n');
    if (has_measured_some(input->contest)) {
        add_tables(input, out);
        strbuf_add_char(out, '\n');
    }
    add_notes(input, out);
    strbuf_clear(&line);
    add_ending(input, &line);
    if (line.length)
        add_line(input, line.data, out);
    add_sayings(input, out);
    strbuf_release(&line);
}
