#include <string.h>

#include "rounds/json_writer.h"
#include "rounds/tune_report.h"
#include "tune_words.h"

static void add_why(const struct tune_outcome *outcome,
                    struct json_writer *json)
{
    struct strbuf why = STRBUF_INIT;

    tune_add_why(outcome, LISTENER_MACHINE, &why);
    json_string(json, why.data);
    strbuf_release(&why);
}

static void add_estimate(struct json_writer *json, const char *name,
                         const char *interval,
                         const struct usl_estimate *estimate)
{
    json_name(json, name);
    json_precise(json, estimate->value);
    json_name(json, interval);
    json_begin_array(json);
    json_precise(json, estimate->low);
    json_precise(json, estimate->high);
    json_end_array(json);
}

static void add_fit(struct json_writer *json, const struct tune_advice *advice)
{
    double peak;

    json_name(json, "fit");
    if (!advice->has_fit) {
        json_null(json);
        return;
    }
    peak = usl_peak(&advice->fit);
    json_begin_object(json);
    add_estimate(json, "lambda", "lambda_interval", &advice->fit.lambda);
    add_estimate(json, "sigma", "sigma_interval", &advice->fit.sigma);
    add_estimate(json, "kappa", "kappa_interval", &advice->fit.kappa);
    json_name(json, "peak_workers");
    if (peak > 0)
        json_precise(json, peak);
    else
        json_null(json);
    json_end_object(json);
}

static void add_step(struct json_writer *json, const struct tune_course *course,
                     const struct tune_step *step)
{
    json_begin_object(json);
    json_name(json, "workers");
    json_integer(json, step->workers);
    json_name(json, "throughput_per_s");
    json_real(json, step->all.throughput_per_s);
    json_name(json, "scatter");
    json_real(json, step->all.scatter);
    json_name(json, "p50_ms");
    json_ms(json, step->all.measured ? step->all.p50_us : -1);
    json_name(json, "p95_ms");
    json_ms(json, step->all.measured ? step->all.p95_us : -1);
    json_name(json, "errors");
    json_integer(json, (int64_t)step->errors);
    json_name(json, "refusals");
    json_integer(json, (int64_t)step->refusals);
    json_name(json, "requests");
    json_integer(json, (int64_t)step->requests);
    json_name(json, "measured");
    json_integer(json, (int64_t)step->all.measured);
    json_name(json, "runs");
    json_integer(json, step->runs);
    json_name(json, "late_ms");
    json_ms(json, step->wakes ? step->late_us / (int64_t)step->wakes : -1);
    json_name(json, "elapsed_ms");
    json_ms(json, step->elapsed_us);
    json_name(json, "objection");
    json_string(json, tune_objection_name(tune_objection(course, step)));
    json_end_object(json);
}

static void add_limits(struct json_writer *json,
                       const struct tune_outcome *outcome)
{
    const struct tune_limits *limits = &outcome->course.limits;

    json_name(json, "limits");
    json_begin_object(json);
    json_name(json, "max_workers");
    json_integer(json, limits->most_workers);
    json_name(json, "rate");
    if (limits->rate > 0)
        json_real(json, limits->rate);
    else
        json_null(json);
    json_name(json, "max_slowdown");
    json_real(json, limits->slowdown);
    json_name(json, "budget");
    json_integer(json, (int64_t)limits->budget);
    json_name(json, "max_time_ms");
    json_ms(json, limits->time_us);
    json_end_object(json);
}

static void add_outcome(struct json_writer *json,
                        const struct tune_outcome *outcome)
{
    const struct tune_advice *advice = &outcome->advice;
    const struct tune_course *course = &outcome->course;

    json_begin_object(json);
    json_name(json, "recommended_workers");
    if (advice->workers)
        json_integer(json, advice->workers);
    else
        json_null(json);
    json_name(json, "ground");
    json_string(json, tune_ground_name(outcome));
    json_name(json, "why");
    add_why(outcome, json);
    json_name(json, "planned_workers");
    json_integer(json, outcome->network->workers);
    json_name(json, "best_per_s");
    json_real(json, advice->best_per_s);
    json_name(json, "endpoints");
    json_integer(json, (int64_t)outcome->endpoints);
    json_name(json, "left_out");
    json_integer(json, (int64_t)outcome->left_out);
    json_name(json, "origins");
    json_integer(json, (int64_t)outcome->origins);
    json_name(json, "requests");
    json_integer(json, (int64_t)tune_course_requests(course));
    json_name(json, "elapsed_ms");
    json_ms(json, outcome->elapsed_us);
    add_limits(json, outcome);
    add_fit(json, advice);
    json_name(json, "steps");
    json_begin_array(json);
    for (size_t i = 0; i < course->count; i++)
        add_step(json, course, &course->steps[i]);
    json_end_array(json);
    json_end_object(json);
}

static void add_file(struct json_writer *json, const struct tune_report *report)
{
    struct strbuf shown = STRBUF_INIT;

    json_name(json, "plan");
    if (report->file) {
        secrets_hide(report->secrets, report->file, strlen(report->file),
                     &shown);
        json_text(json, shown.data, shown.length);
    } else {
        json_null(json);
    }
    strbuf_release(&shown);
}

void tune_write_json(const struct tune_report *report, struct strbuf *out)
{
    struct json_writer json = { out, false };

    json_begin_object(&json);
    json_name(&json, "rounds");
    json_string(&json, ROUNDS_VERSION);
    json_name(&json, "schema");
    json_integer(&json, 1);
    add_file(&json, report);
    json_name(&json, "engine");
    json_string(&json, report->engine);
    json_name(&json, "started_at");
    json_moment(&json, report->started_at_us);
    json_name(&json, "elapsed_ms");
    json_ms(&json, report->elapsed_us);
    json_name(&json, "stopped");
    json_bool(&json, report->is_stopped);
    json_name(&json, "networks");
    json_begin_object(&json);
    for (size_t i = 0; i < report->count; i++) {
        json_name(&json, report->outcomes[i].network->name);
        add_outcome(&json, &report->outcomes[i]);
    }
    json_end_object(&json);
    json_end_object(&json);
    strbuf_add_char(out, '\n');
}
