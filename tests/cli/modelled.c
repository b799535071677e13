/*
 * The report of `rounds tune` on a network that is simulated, so that it takes
 * no time and is the same on every machine: modelled KIND FORMAT NAME
 *
 * KIND is `steady`, a server that serves four at once, or `moody`, for which no
 * number can be given. FORMAT is `text` or `html`, NAME that of the plan file.
 */

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "network_model.h"
#include "rounds/strbuf.h"
#include "rounds/tune_report.h"

static const struct tune_limits limits = {
    .most_workers = 64,
    .slowdown = 3,
    .budget = 20000,
    .time_us = 180 * (int64_t)MODEL_SECOND_US,
    .step_us = MODEL_SECOND_US,
    .pause_us = 2 * (int64_t)MODEL_SECOND_US,
};

static void tell(struct tune_outcome *outcome, tune_writer *writer,
                 const char *name)
{
    const struct tune_report report = {
        .file = name,
        .engine = "threads",
        .elapsed_us = outcome->elapsed_us,
        .outcomes = outcome,
        .count = 1,
    };
    struct strbuf text = STRBUF_INIT;

    writer(&report, &text);
    fputs(text.data, stdout);
    strbuf_release(&text);
}

int main(int argc, char **argv)
{
    static struct model model = { .latency_us = 40000, .scatter = 0.05 };
    struct network network = { .name = "net", .workers = 16 };
    struct tune_outcome outcome = {
        .network = &network,
        .endpoints = 1,
        .origins = 1,
        .course.limits = limits,
    };

    if (argc != 4) {
        fputs("usage: modelled steady|moody text|html NAME\n", stderr);
        return 2;
    }
    model.slots = 4;
    model.is_moody = !strcmp(argv[1], "moody");
    model_start(&model, 1);
    model_tune(&model, &outcome.course);
    outcome.elapsed_us = model.now_us;
    tune_advise(&outcome.course, &outcome.advice);
    tune_sort_steps(&outcome.course);
    tell(&outcome, strcmp(argv[2], "html") ? tune_write_text : tune_write_html,
         argv[3]);
    tune_course_release(&outcome.course);
    return 0;
}
