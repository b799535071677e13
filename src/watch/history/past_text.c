#include "rounds/past.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/clock.h"
#include "rounds/grid.h"
#include "rounds/number.h"
#include "rounds/secrets.h"
#include "rounds/text.h"
#include "rounds/translate.h"
#include "rounds/units.h"
#include "rounds/wrap.h"
#include "rounds/xalloc.h"

enum { NARROWEST = 60, MESSAGE_INDENT = 4, INCIDENTS_MOST = 20 };

/* An incident and whose it is. */
struct entry {
    const struct past_endpoint *endpoint;
    const struct incident *incident;
};

static void add_shown(struct strbuf *out, const struct past *past,
                      const char *text)
{
    struct strbuf hidden = STRBUF_INIT;

    secrets_hide(past->plan->secrets, text, strlen(text), &hidden);
    text_add_visible(out, hidden.data, hidden.length);
    strbuf_release(&hidden);
}

/* "99.95 %", rounded down. */
static void add_uptime(struct strbuf *out, const struct past_endpoint *endpoint,
                       enum past_span span)
{
    int64_t uptime = past_uptime(endpoint, span);

    if (uptime < 0) {
        strbuf_add_char(out, '-');
        return;
    }
    number_add_fixed(out, uptime / 10 * 10000, 2);
    strbuf_add_string(out, " %");
}

static void add_ms(struct strbuf *out, const struct latency_summary *latency,
                   int64_t duration_us)
{
    if (latency->count)
        number_add_fixed(out, duration_us * 1000, 1);
    else
        strbuf_add_char(out, '-');
}

static void add_row(const struct grid *grid, size_t row,
                    const struct past *past,
                    const struct past_endpoint *endpoint)
{
    const struct latency_summary *latency = &endpoint->latency;

    add_shown(grid_text(grid, row, 0), past, endpoint->endpoint->name);
    for (int i = 0; i < PAST_SINCE; i++)
        add_uptime(grid_text(grid, row, 1 + (size_t)i), endpoint,
                   (enum past_span)i);
    add_ms(grid_text(grid, row, 4), latency, latency->p50_us);
    add_ms(grid_text(grid, row, 5), latency, latency->p95_us);
    add_ms(grid_text(grid, row, 6), latency, latency->p99_us);
}

static size_t width_of(unsigned columns)
{
    return columns && columns < NARROWEST ? NARROWEST : columns;
}

static void add_endpoints(const struct past *past, unsigned columns,
                          struct strbuf *out)
{
    static const char *const heads[] = { N_("name"),   N_("24 h"),
                                         N_("7 d"),    N_("30 d"),
                                         N_("p50 ms"), N_("p95 ms"),
                                         N_("p99 ms") };
    enum { COLUMNS = sizeof(heads) / sizeof(heads[0]) };
    struct grid grid;

    grid_init(&grid, past->count + 1, COLUMNS);
    for (size_t i = 0; i < COLUMNS; i++) {
        strbuf_add_string(grid_text(&grid, 0, i), _(heads[i]));
        grid.columns[i].is_right = i > 0;
    }
    for (size_t i = 0; i < past->count; i++)
        add_row(&grid, i + 1, past, &past->endpoints[i]);
    grid_measure(&grid);
    grid_fit(&grid, width_of(columns));
    for (size_t i = 0; i <= past->count; i++)
        grid_add_row(&grid, i, out);
    grid_release(&grid);
}

/* What goes on first, then the latest. */
static int by_time(const void *left, const void *right)
{
    const struct incident *first = ((const struct entry *)left)->incident;
    const struct incident *second = ((const struct entry *)right)->incident;

    if (!first->ended_ms != !second->ended_ms)
        return first->ended_ms ? 1 : -1;
    return (first->started_ms < second->started_ms) -
           (first->started_ms > second->started_ms);
}

/* The caller's to free. */
static struct entry *list_incidents(const struct past *past, size_t *count)
{
    struct entry *entries = NULL;
    size_t capacity = 0;

    *count = 0;
    for (size_t i = 0; i < past->count; i++) {
        const struct past_endpoint *endpoint = &past->endpoints[i];

        for (size_t k = 0; k < endpoint->incidents.count; k++) {
            entries = xgrow(entries, *count, &capacity, sizeof(*entries));
            entries[(*count)++] =
                (struct entry){ endpoint, &endpoint->incidents.items[k] };
        }
    }
    if (*count)
        qsort(entries, *count, sizeof(*entries), by_time);
    return entries;
}

/* "2 d 3 h", "5 min 12 s": the two largest units. */
static void add_lasted(struct strbuf *out, int64_t lasted_ms)
{
    intmax_t seconds = lasted_ms > 0 ? lasted_ms / 1000 : 0;
    intmax_t minutes = seconds / 60, hours = minutes / 60, days = hours / 24;

    if (days)
        strbuf_addf(out, _("%jd d %jd h"), days, hours % 24);
    else if (hours)
        strbuf_addf(out, _("%jd h %jd min"), hours, minutes % 60);
    else if (minutes)
        strbuf_addf(out, _("%jd min %jd s"), minutes, seconds % 60);
    else
        strbuf_addf(out, _("%jd s"), seconds);
}

/* To the second, UTC: "2026-11-22 18:00:00Z". */
static void add_moment(struct strbuf *out, int64_t wall_ms)
{
    enum { TO_SECONDS = 19, DATE = 10 };
    char text[CLOCK_TEXT_BYTES];

    clock_format(wall_ms * 1000, text);
    text[DATE] = ' ';
    strbuf_add(out, text, TO_SECONDS);
    strbuf_add_char(out, 'Z');
}

static void add_incident_row(const struct grid *grid, size_t row,
                             const struct past *past, const struct entry *entry)
{
    const struct incident *incident = entry->incident;
    const char *reason = reason_name(incident->reason);
    struct strbuf *lasted = grid_text(grid, row, 2);

    add_shown(grid_text(grid, row, 0), past, entry->endpoint->endpoint->name);
    add_moment(grid_text(grid, row, 1), incident->started_ms);
    if (incident->ended_ms) {
        add_lasted(lasted, incident->ended_ms - incident->started_ms);
    } else {
        strbuf_add_string(lasted, _("goes on: "));
        add_lasted(lasted, past->now_ms - incident->started_ms);
    }
    strbuf_add_string(grid_text(grid, row, 3), reason ? reason : "");
}

static void add_message(const struct past *past, const struct entry *entry,
                        size_t width, struct strbuf *out)
{
    struct strbuf shown = STRBUF_INIT;

    if (entry->incident->message)
        add_shown(&shown, past, entry->incident->message);
    if (shown.length) {
        strbuf_add_repeated(out, ' ', MESSAGE_INDENT);
        wrap_add(out, shown.data, MESSAGE_INDENT,
                 width ? width - MESSAGE_INDENT : 0);
    }
    strbuf_release(&shown);
}

static void add_incident_rows(const struct past *past,
                              const struct entry *entries, size_t count,
                              size_t width, struct strbuf *out)
{
    struct grid grid;

    grid_init(&grid, count, 4);
    for (size_t i = 0; i < count; i++)
        add_incident_row(&grid, i, past, &entries[i]);
    grid_measure(&grid);
    grid_fit(&grid, width);
    for (size_t i = 0; i < count; i++) {
        grid_add_row(&grid, i, out);
        add_message(past, &entries[i], width, out);
    }
    grid_release(&grid);
}

static void add_incidents(const struct past *past, unsigned columns,
                          struct strbuf *out)
{
    size_t count;
    struct entry *entries = list_incidents(past, &count);
    size_t shown = count < INCIDENTS_MOST ? count : INCIDENTS_MOST;
    char span[DURATION_TEXT_BYTES];

    duration_format(past->now_ms - past->since_ms, span);
    strbuf_add_char(out, '\n');
    if (!count)
        strbuf_addf(out, _("no incidents within %s\n"), span);
    else
        strbuf_addf(out, _("incidents within %s:\n"), span);
    add_incident_rows(past, entries, shown, width_of(columns), out);
    if (shown < count)
        strbuf_addf(out,
                    translate_count("%zu more is in --report json\n",
                                    "%zu more are in --report json\n",
                                    count - shown),
                    count - shown);
    free(entries);
}

static void add_closing(const struct past *past, struct strbuf *out)
{
    size_t down = 0, unknown = 0;

    for (size_t i = 0; i < past->count; i++) {
        down += past->endpoints[i].is_known && past->endpoints[i].is_down;
        unknown += !past->endpoints[i].is_known;
    }
    strbuf_addf(
        out, translate_count("\n%zu endpoint", "\n%zu endpoints", past->count),
        past->count);
    if (down)
        strbuf_addf(out, _(", %zu down"), down);
    if (unknown)
        strbuf_addf(out, _(", nothing known of %zu"), unknown);
    strbuf_add_char(out, '\n');
}

void past_text(const struct past *past, unsigned columns, struct strbuf *out)
{
    add_endpoints(past, columns, out);
    add_incidents(past, columns, out);
    add_closing(past, out);
}
