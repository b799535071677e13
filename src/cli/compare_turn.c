#include "compare_turn.h"

#include <math.h>
#include <string.h>

#include "round_arguments.h"
#include "rounds/figures.h"
#include "rounds/secrets.h"

static void run_engine(struct meter *meter,
                       const struct turn_settings *settings, const char *engine,
                       unsigned workers, struct meter_reading *reading)
{
    struct check_options options = *settings->round;
    struct meter_program program = {
        .path = "/proc/self/exe",
        .has_figures = true,
        .limit_us = settings->limit_us,
    };
    char **arguments;

    options.engine = engine;
    options.workers = workers;
    arguments = round_arguments(&options, settings->operands);
    program.arguments = arguments;
    meter_run(meter, &program, reading);
    round_arguments_free(arguments);
}

static void run_peer(struct meter *meter, const struct turn_settings *settings,
                     const char *command, unsigned workers,
                     struct meter_reading *reading)
{
    const struct peer_values values = {
        .plan = settings->plan,
        .urls = settings->urls,
        .workers = workers ? workers : settings->plan_workers,
    };
    struct strbuf line = STRBUF_INIT;
    char shell[] = "sh", option[] = "-c";
    char *arguments[] = { shell, option, NULL, NULL };
    const struct meter_program program = {
        .path = "/bin/sh",
        .arguments = arguments,
        .limit_us = settings->limit_us,
    };

    peer_add_command(command, &values, &line);
    arguments[2] = line.data;
    meter_run(meter, &program, reading);
    strbuf_release(&line);
}

void turn_run(struct meter *meter, const struct turn_settings *settings,
              const struct contestant *contestant, unsigned workers,
              struct meter_reading *reading)
{
    if (contestant->engine)
        run_engine(meter, settings, contestant->engine, workers, reading);
    else
        run_peer(meter, settings, contestant->command, workers, reading);
}

static void fill_sample(struct contest_sample *sample, double checks,
                        const struct meter_reading *reading)
{
    for (int i = 0; i < MEASURE_COUNT; i++)
        sample->values[i] = NAN;
    sample->values[MEASURE_WALL] = (double)reading->wall_us;
    sample->values[MEASURE_MEMORY] = (double)reading->peak_bytes;
    sample->values[MEASURE_SWITCHES] = (double)reading->switches;
    if (checks > 0) {
        sample->values[MEASURE_RATE] =
            checks * 1e6 / (double)(reading->wall_us ? reading->wall_us : 1);
        sample->values[MEASURE_CPU] = (double)reading->cpu_us / checks;
    }
}

static void fill_figures(struct contest_sample *sample,
                         const struct figures *figures)
{
    double *values = sample->values;

    if (figures->threads)
        values[MEASURE_THREADS] = (double)figures->threads;
    values[MEASURE_CONNECTIONS] = (double)figures->connections_opened;
    values[MEASURE_HANDSHAKES] = (double)figures->tls_handshakes;
    values[MEASURE_FAILURES] = (double)figures->failures;
    if (!figures->latencies)
        return;
    values[MEASURE_P50] = (double)figures->p50_us;
    values[MEASURE_P95] = (double)figures->p95_us;
    values[MEASURE_P99] = (double)figures->p99_us;
}

bool turn_sample(const struct turn_settings *settings,
                 const struct contestant *contestant,
                 const struct meter_reading *reading,
                 struct contest_sample *sample)
{
    struct figures figures;

    if (reading->end != METER_EXITED)
        return false;
    if (!contestant->engine) {
        fill_sample(sample, (double)settings->endpoint_count, reading);
        return reading->code == 0;
    }
    if (!figures_read(reading->figures.data, reading->figures.length, &figures))
        return false;
    fill_sample(sample, (double)figures.checks, reading);
    fill_figures(sample, &figures);
    return true;
}

static void describe_end(const struct meter_reading *reading,
                         enum listener listener, struct strbuf *out)
{
    switch (reading->end) {
    case METER_EXITED:
        strbuf_addf(out, say(listener, "ended with exit code %d"),
                    reading->code);
        break;
    case METER_SIGNALLED:
        strbuf_addf(out, say(listener, "died of signal %d"), reading->code);
        break;
    case METER_TIMED_OUT:
        strbuf_add_string(
            out, say(listener, "took longer than --round-time and was ended"));
        break;
    case METER_NOT_STARTED:
        strbuf_addf(out, say(listener, "could not be started: error %d"),
                    reading->code);
        break;
    case METER_INTERRUPTED:
        break;
    }
}

void turn_add_fault(const struct meter_reading *reading,
                    const struct secrets *secrets, enum listener listener,
                    struct strbuf *out)
{
    const char *text = reading->complaint.data;
    size_t length = reading->complaint.length;
    const char *line;

    describe_end(reading, listener, out);
    while (length && strchr(" \t\r\n", text[length - 1]))
        length--;
    line = length ? memrchr(text, '\n', length) : NULL;
    line = line ? line + 1 : text;
    if (!length)
        return;
    strbuf_add_string(out, ": ");
    secrets_hide(secrets, line, (size_t)(text + length - line), out);
}
