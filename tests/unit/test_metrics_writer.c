#include "status/metrics_writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const int64_t bounds[] = { 5000, 1000000 };

/* One family of each kind. */
static void write_all(enum metrics_format format, struct strbuf *out)
{
    struct metrics metrics = { .out = out, .format = format };
    struct histogram histogram = { .bounds_us = bounds, .bound_count = 2 };

    histogram_add(&histogram, 5000);
    histogram_add(&histogram, 5001);
    histogram_add(&histogram, 2500000);
    metrics_begin(&metrics, METRIC_INFO, "i", "An info.");
    metrics_add_whole(&metrics, "v=\"1\"", 1);
    metrics_begin(&metrics, METRIC_COUNTER, "c", "A counter.");
    metrics_add_whole(&metrics, "", 7);
    metrics_begin(&metrics, METRIC_GAUGE, "g", "A gauge.");
    metrics_add(&metrics, "", 1500000);
    metrics_begin(&metrics, METRIC_STATESET, "s", "States.");
    metrics_add_whole(&metrics, "s=\"a\"", 0);
    metrics_begin(&metrics, METRIC_HISTOGRAM, "h", "Times.");
    metrics_add_histogram(&metrics, "n=\"x\"", &histogram);
    metrics_end(&metrics);
}

static void openmetrics_has_its_own_types_and_an_end(void **state)
{
    struct strbuf out = STRBUF_INIT;

    (void)state;
    write_all(METRICS_OPEN, &out);

    assert_string_equal(out.data, "# TYPE i info\n"
                                  "# HELP i An info.\n"
                                  "i_info{v=\"1\"} 1\n"
                                  "# TYPE c counter\n"
                                  "# HELP c A counter.\n"
                                  "c_total 7\n"
                                  "# TYPE g gauge\n"
                                  "# HELP g A gauge.\n"
                                  "g 1.5\n"
                                  "# TYPE s stateset\n"
                                  "# HELP s States.\n"
                                  "s{s=\"a\"} 0\n"
                                  "# TYPE h histogram\n"
                                  "# HELP h Times.\n"
                                  "h_bucket{n=\"x\",le=\"0.005\"} 1\n"
                                  "h_bucket{n=\"x\",le=\"1.0\"} 2\n"
                                  "h_bucket{n=\"x\",le=\"+Inf\"} 3\n"
                                  "h_sum{n=\"x\"} 2.510001\n"
                                  "h_count{n=\"x\"} 3\n"
                                  "# EOF\n");
    strbuf_release(&out);
}

static void the_older_format_has_suffixes_in_the_family_s_name(void **state)
{
    struct strbuf out = STRBUF_INIT;

    (void)state;
    write_all(METRICS_TEXT, &out);

    assert_string_equal(out.data, "# TYPE i_info gauge\n"
                                  "# HELP i_info An info.\n"
                                  "i_info{v=\"1\"} 1\n"
                                  "# TYPE c_total counter\n"
                                  "# HELP c_total A counter.\n"
                                  "c_total 7\n"
                                  "# TYPE g gauge\n"
                                  "# HELP g A gauge.\n"
                                  "g 1.5\n"
                                  "# TYPE s gauge\n"
                                  "# HELP s States.\n"
                                  "s{s=\"a\"} 0\n"
                                  "# TYPE h histogram\n"
                                  "# HELP h Times.\n"
                                  "h_bucket{n=\"x\",le=\"0.005\"} 1\n"
                                  "h_bucket{n=\"x\",le=\"1.0\"} 2\n"
                                  "h_bucket{n=\"x\",le=\"+Inf\"} 3\n"
                                  "h_sum{n=\"x\"} 2.510001\n"
                                  "h_count{n=\"x\"} 3\n");
    strbuf_release(&out);
}

static void a_label_s_value_cannot_end_it(void **state)
{
    struct strbuf out = STRBUF_INIT;

    (void)state;
    label_add(&out, "a", "x\\\"\ny");
    label_add(&out, "b", "");

    assert_string_equal(out.data, "a=\"x\\\\\\\"\\ny\",b=\"\"");
    strbuf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(openmetrics_has_its_own_types_and_an_end),
        cmocka_unit_test(the_older_format_has_suffixes_in_the_family_s_name),
        cmocka_unit_test(a_label_s_value_cannot_end_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
