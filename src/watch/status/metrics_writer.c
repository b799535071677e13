#include "metrics_writer.h"

#include <stdbool.h>
#include <string.h>

#include "rounds/number.h"

static const struct kind {
    const char *open; /* its type in OpenMetrics */
    const char *text; /* and in the older format */
    const char *suffix;
} kinds[] = {
    [METRIC_GAUGE] = { "gauge", "gauge", "" },
    [METRIC_COUNTER] = { "counter", "counter", "_total" },
    [METRIC_INFO] = { "info", "gauge", "_info" },
    [METRIC_STATESET] = { "stateset", "gauge", "" },
    [METRIC_HISTOGRAM] = { "histogram", "histogram", "" },
};

/* In OpenMetrics a suffix is the sample's, in the older format it is the
 * family's, too. */
void metrics_begin(struct metrics *metrics, enum metric_kind kind,
                   const char *name, const char *help)
{
    bool is_open = metrics->format == METRICS_OPEN;
    const char *suffix = is_open ? "" : kinds[kind].suffix;

    metrics->family = name;
    metrics->suffix = kinds[kind].suffix;
    strbuf_addf(metrics->out, "# TYPE %s%s %s\n", name, suffix,
                is_open ? kinds[kind].open : kinds[kind].text);
    strbuf_addf(metrics->out, "# HELP %s%s %s\n", name, suffix, help);
}

static void begin_sample(struct metrics *metrics, const char *suffix,
                         const char *labels, const char *more)
{
    struct strbuf *out = metrics->out;

    strbuf_add_string(out, metrics->family);
    strbuf_add_string(out, suffix);
    if (*labels || *more) {
        strbuf_add_char(out, '{');
        strbuf_add_string(out, labels);
        if (*labels && *more)
            strbuf_add_char(out, ',');
        strbuf_add_string(out, more);
        strbuf_add_char(out, '}');
    }
    strbuf_add_char(out, ' ');
}

void metrics_add(struct metrics *metrics, const char *labels, int64_t micros)
{
    begin_sample(metrics, metrics->suffix, labels, "");
    number_add_short(metrics->out, micros, 6);
    strbuf_add_char(metrics->out, '\n');
}

void metrics_add_whole(struct metrics *metrics, const char *labels,
                       uint64_t value)
{
    begin_sample(metrics, metrics->suffix, labels, "");
    number_add_whole(metrics->out, (int64_t)value);
    strbuf_add_char(metrics->out, '\n');
}

static void add_bucket(struct metrics *metrics, const char *labels,
                       const char *bound, uint64_t count)
{
    begin_sample(metrics, "_bucket", labels, bound);
    number_add_whole(metrics->out, (int64_t)count);
    strbuf_add_char(metrics->out, '\n');
}

void metrics_add_histogram(struct metrics *metrics, const char *labels,
                           const struct histogram *histogram)
{
    struct strbuf bound = STRBUF_INIT;
    uint64_t count = 0;

    for (size_t i = 0; i < histogram->bound_count; i++) {
        bool is_whole = histogram->bounds_us[i] % 1000000 == 0;

        strbuf_clear(&bound);
        strbuf_add_string(&bound, "le=\"");
        number_add_short(&bound, histogram->bounds_us[i], 6);
        strbuf_add_string(&bound, is_whole ? ".0\"" : "\"");
        count += histogram->counts[i];
        add_bucket(metrics, labels, bound.data, count);
    }
    add_bucket(metrics, labels, "le=\"+Inf\"", histogram->total);
    begin_sample(metrics, "_sum", labels, "");
    number_add_short(metrics->out, histogram->sum_us, 6);
    strbuf_add_char(metrics->out, '\n');
    begin_sample(metrics, "_count", labels, "");
    number_add_whole(metrics->out, (int64_t)histogram->total);
    strbuf_add_char(metrics->out, '\n');
    strbuf_release(&bound);
}

void metrics_end(struct metrics *metrics)
{
    if (metrics->format == METRICS_OPEN)
        strbuf_add_string(metrics->out, "# EOF\n");
}

void label_add(struct strbuf *out, const char *name, const char *value)
{
    strbuf_addf(out, "%s%s=\"", out->length ? "," : "", name);
    while (*value) {
        size_t plain = strcspn(value, "\\\"\n");

        strbuf_add(out, value, plain);
        value += plain;
        if (!*value)
            break;
        strbuf_add_char(out, '\\');
        if (*value == '\n')
            strbuf_add_char(out, 'n');
        else
            strbuf_add_char(out, *value);
        value++;
    }
    strbuf_add_char(out, '"');
}
