#include "rounds/contest.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rounds/translate.h"
#include "rounds/xalloc.h"

const struct measure_row measure_rows[MEASURE_COUNT] = {
    [MEASURE_WALL] = { "wall_ms", N_("wall time") },
    [MEASURE_RATE] = { "checks_per_s", N_("checks a second") },
    [MEASURE_CPU] = { "cpu_us_per_check", N_("CPU a check") },
    [MEASURE_MEMORY] = { "peak_memory_bytes", N_("peak memory") },
    [MEASURE_THREADS] = { "threads", N_("threads") },
    [MEASURE_CONNECTIONS] = { "connections_opened", N_("connections opened") },
    [MEASURE_HANDSHAKES] = { "tls_handshakes", N_("TLS handshakes") },
    [MEASURE_SWITCHES] = { "context_switches", N_("context switches") },
    [MEASURE_P50] = { "p50_ms", N_("latency p50") },
    [MEASURE_P95] = { "p95_ms", N_("latency p95") },
    [MEASURE_P99] = { "p99_ms", N_("latency p99") },
    [MEASURE_FAILURES] = { "failures", N_("failures") },
};

struct contest *contest_create(size_t round_count, const unsigned *workers,
                               size_t stand_count)
{
    struct contest *contest = xcalloc(1, sizeof(*contest));

    assert(round_count && stand_count);
    contest->round_count = round_count;
    contest->stands = xcalloc(stand_count, sizeof(*contest->stands));
    memcpy(contest->stands, workers, stand_count * sizeof(*workers));
    contest->stand_count = stand_count;
    return contest;
}

void contest_destroy(struct contest *contest)
{
    if (!contest)
        return;
    for (size_t i = 0; i < contest->contestant_count; i++)
        free(contest->contestants[i].name);
    free(contest->contestants);
    free(contest->values);
    free(contest->stands);
    free(contest);
}

static bool is_taken(const struct contest *contest, const char *name)
{
    for (size_t i = 0; i < contest->contestant_count; i++)
        if (!strcmp(contest->contestants[i].name, name))
            return true;
    return false;
}

static char *free_name(const struct contest *contest, const char *name)
{
    char *made = xstrdup(name);

    for (unsigned i = 2; is_taken(contest, made); i++) {
        free(made);
        made = xasprintf("%s #%u", name, i);
    }
    return made;
}

static size_t value_count(const struct contest *contest)
{
    return contest->stand_count * contest->contestant_count * MEASURE_COUNT *
           contest->round_count;
}

void contest_add(struct contest *contest, const char *name, const char *engine,
                 const char *command)
{
    size_t count = contest->contestant_count;
    char *made = free_name(contest, name);

    contest->contestants = xreallocarray(contest->contestants, count + 1,
                                         sizeof(*contest->contestants));
    contest->contestants[count] = (struct contestant){
        .name = made,
        .engine = engine,
        .command = command,
    };
    contest->contestant_count++;
    contest->values =
        xreallocarray(contest->values, value_count(contest), sizeof(double));
    for (size_t i = 0; i < value_count(contest); i++)
        contest->values[i] = NAN;
}

size_t contest_turn_count(const struct contest *contest)
{
    return contest->round_count * contest->stand_count *
           contest->contestant_count;
}

struct contest_turn contest_turn(const struct contest *contest, size_t number)
{
    size_t in_round = contest->stand_count * contest->contestant_count;
    size_t round = number / in_round;
    size_t at = number % in_round;

    if (round % 2)
        at = in_round - 1 - at;
    return (struct contest_turn){
        .round = round,
        .stand = at / contest->contestant_count,
        .contestant = at % contest->contestant_count,
    };
}

static double *find_values(const struct contest *contest, size_t stand,
                           size_t contestant, enum measure measure)
{
    size_t row =
        (stand * contest->contestant_count + contestant) * MEASURE_COUNT +
        measure;

    return contest->values + row * contest->round_count;
}

void contest_note(struct contest *contest, const struct contest_turn *turn,
                  const struct contest_sample *sample)
{
    for (int i = 0; i < MEASURE_COUNT; i++)
        find_values(contest, turn->stand, turn->contestant,
                    (enum measure)i)[turn->round] = sample->values[i];
}

const double *contest_values(const struct contest *contest, size_t stand,
                             size_t contestant, enum measure measure)
{
    return find_values(contest, stand, contestant, measure);
}

size_t contest_measured(const struct contest *contest, size_t stand,
                        size_t contestant)
{
    const double *walls = find_values(contest, stand, contestant, MEASURE_WALL);
    size_t count = 0;

    for (size_t i = 0; i < contest->round_count; i++)
        count += !isnan(walls[i]);
    return count;
}

double contest_median(const struct contest *contest, size_t stand,
                      size_t contestant, enum measure measure)
{
    return median_of(find_values(contest, stand, contestant, measure),
                     contest->round_count);
}

void contest_ratio(const struct contest *contest, size_t stand,
                   size_t contestant, enum measure measure,
                   struct paired_ratio *ratio)
{
    paired_ratio(find_values(contest, stand, contestant, measure),
                 find_values(contest, stand, 0, measure), contest->round_count,
                 ratio);
}
