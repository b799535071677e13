/*
 * The policy of a network's queue, by simulation: workers and checks of known
 * length on a clock of our own, so that whole rounds take microseconds and
 * every property is looked at in every moment of them.
 */

#include "agenda.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "rounds/strbuf.h"
#include "rounds/xalloc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
    SECOND_US = 1000000,
    SHORT_US = 10000,
    HUNG_US = 5 * SECOND_US,
    ORIGINS_MOST = 256,
    KEPT_CONNECTIONS = 3, /* of a handle, CURLOPT_MAXCONNECTS */
};

#define START_US INT64_C(86400000000) /* a machine that is up for a day */

/* What asking one endpoint would come to. */
struct job {
    unsigned origin;
    int64_t duration_us;
    bool answers;
    int64_t expected_us; /* 0: not known beforehand */
};

struct simulated_worker {
    struct seat seat;
    bool is_busy;
    int64_t ends_us;
    size_t job;
    size_t kept[KEPT_CONNECTIONS]; /* origins, from 1; the last used first */
};

struct simulation {
    /* In: */
    struct network network;
    struct job *jobs;
    size_t job_count;
    size_t window; /* how many may wait at once; 0: any number */
    /* Out: */
    unsigned *times_asked;
    int64_t *asked_us; /* in the order in which they were asked */
    size_t asked;
    size_t most_in_flight;
    size_t most_at_origin;
    size_t connections;
    int64_t makespan_us;
    int64_t sound_end_us; /* when the last one that answers has ended */
    /* While it runs: */
    struct agenda *agenda;
    struct simulated_worker *workers;
    size_t added;
    size_t done;
    size_t in_flight;
    size_t at_origin[ORIGINS_MOST];
};

static struct endpoint endpoints[ORIGINS_MOST];
static const struct settings no_settings = { .method = "GET" };

static int make_endpoints(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ORIGINS_MOST; i++) {
        endpoints[i].origin = xasprintf("https://host-%u.example:443", i);
        endpoints[i].settings = &no_settings;
    }
    return 0;
}

static int take_endpoints_down(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ORIGINS_MOST; i++)
        free((char *)endpoints[i].origin);
    return 0;
}

/* The same numbers in every run. */
static double random_fraction(uint64_t *seed)
{
    *seed =
        *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*seed >> 11) / (double)(UINT64_C(1) << 53);
}

static void release_simulation(struct simulation *simulation)
{
    free(simulation->jobs);
    free(simulation->times_asked);
    free(simulation->asked_us);
}

static struct job *make_jobs(struct simulation *simulation, size_t count)
{
    simulation->jobs = xcalloc(count, sizeof(*simulation->jobs));
    simulation->job_count = count;
    return simulation->jobs;
}

static void shuffle(struct job *jobs, size_t count, uint64_t seed)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = (size_t)(random_fraction(&seed) * (double)i);
        struct job job = jobs[i - 1];

        jobs[i - 1] = jobs[other];
        jobs[other] = job;
    }
}

static void add_what_has_room(struct simulation *simulation, int64_t now_us)
{
    while (simulation->added < simulation->job_count &&
           (!simulation->window ||
            agenda_ready(simulation->agenda) < simulation->window)) {
        size_t job = simulation->added++;
        struct check *check =
            check_create(&endpoints[simulation->jobs[job].origin], job, now_us);

        agenda_add(simulation->agenda, check, 0, now_us);
    }
}

static void use_connection(struct simulation *simulation,
                           struct simulated_worker *worker, size_t origin)
{
    size_t at = 0;

    while (at + 1 < KEPT_CONNECTIONS && worker->kept[at] != origin + 1)
        at++;
    if (worker->kept[at] != origin + 1)
        simulation->connections++;
    memmove(&worker->kept[1], &worker->kept[0], at * sizeof(worker->kept[0]));
    worker->kept[0] = origin + 1;
}

static void begin_job(struct simulation *simulation,
                      struct simulated_worker *worker, struct check *check,
                      int64_t now_us)
{
    const struct job *job = &simulation->jobs[check->index];
    size_t at_origin = ++simulation->at_origin[job->origin];

    worker->is_busy = true;
    worker->job = check->index;
    worker->ends_us = now_us + job->duration_us;
    simulation->times_asked[check->index]++;
    simulation->asked_us[simulation->asked++] = now_us;
    if (++simulation->in_flight > simulation->most_in_flight)
        simulation->most_in_flight = simulation->in_flight;
    if (at_origin > simulation->most_at_origin)
        simulation->most_at_origin = at_origin;
    use_connection(simulation, worker, job->origin);
    check_destroy(check);
}

static void end_job(struct simulation *simulation,
                    struct simulated_worker *worker)
{
    const struct job *job = &simulation->jobs[worker->job];

    worker->is_busy = false;
    simulation->in_flight--;
    simulation->at_origin[job->origin]--;
    simulation->done++;
    simulation->makespan_us = worker->ends_us - START_US;
    if (job->answers)
        simulation->sound_end_us = simulation->makespan_us;
    agenda_end(simulation->agenda, &worker->seat, job->answers);
    assert_int_equal(agenda_in_flight(simulation->agenda),
                     simulation->in_flight);
}

/* Every idle worker asks. Returns when it is worth asking again. */
static int64_t let_workers_take(struct simulation *simulation, int64_t now_us)
{
    int64_t again_us = INT64_MAX;

    for (size_t i = 0; i < simulation->network.workers; i++) {
        struct simulated_worker *worker = &simulation->workers[i];
        int64_t until_us = 0;
        struct check *check;

        if (worker->is_busy)
            continue;
        add_what_has_room(simulation, now_us);
        check =
            agenda_take(simulation->agenda, &worker->seat, now_us, &until_us);
        if (check) {
            begin_job(simulation, worker, check, now_us);
        } else {
            assert_true(until_us > now_us);
            if (until_us < again_us)
                again_us = until_us;
        }
    }
    return again_us;
}

static void simulate(struct simulation *simulation)
{
    size_t workers = simulation->network.workers;
    int64_t now_us = START_US;

    simulation->times_asked =
        xcalloc(simulation->job_count, sizeof(*simulation->times_asked));
    simulation->asked_us =
        xcalloc(simulation->job_count, sizeof(*simulation->asked_us));
    simulation->workers = xcalloc(workers, sizeof(*simulation->workers));
    simulation->agenda = agenda_create(&simulation->network);
    while (simulation->done < simulation->job_count) {
        int64_t next_us = let_workers_take(simulation, now_us);

        for (size_t i = 0; i < workers; i++)
            if (simulation->workers[i].is_busy &&
                simulation->workers[i].ends_us < next_us)
                next_us = simulation->workers[i].ends_us;
        assert_true(next_us < INT64_MAX); /* else they wait for ever */
        now_us = next_us;
        for (size_t i = 0; i < workers; i++)
            if (simulation->workers[i].is_busy &&
                simulation->workers[i].ends_us <= now_us)
                end_job(simulation, &simulation->workers[i]);
    }
    for (size_t i = 0; i < workers; i++)
        agenda_leave(simulation->agenda, &simulation->workers[i].seat);
    assert_int_equal(agenda_waiting(simulation->agenda), 0);
    assert_null(agenda_take_any(simulation->agenda));
    agenda_destroy(simulation->agenda);
    free(simulation->workers);
}

/* Rounds of different shapes. */

static void many_origins(struct simulation *simulation)
{
    struct job *jobs = make_jobs(simulation, 1000);
    uint64_t seed = 1;

    for (size_t i = 0; i < simulation->job_count; i++)
        jobs[i] = (struct job){
            i % 200, SHORT_US + (int64_t)(random_fraction(&seed) * SHORT_US),
            true, 0
        };
}

static void one_big_origin(struct simulation *simulation)
{
    struct job *jobs = make_jobs(simulation, 1000);

    for (size_t i = 0; i < simulation->job_count; i++)
        jobs[i] = (struct job){ i % 10 ? 0 : 1 + i % 100, SHORT_US, true, 0 };
}

static void one_origin(struct simulation *simulation)
{
    struct job *jobs = make_jobs(simulation, 500);

    for (size_t i = 0; i < simulation->job_count; i++)
        jobs[i] = (struct job){ 0, SHORT_US, true, 0 };
}

static void one_hung_origin(struct simulation *simulation)
{
    struct job *jobs = make_jobs(simulation, 600);

    for (size_t i = 0; i < simulation->job_count; i++)
        jobs[i] = i % 6 ? (struct job){ 1 + i % 20, SHORT_US, true, 0 }
                        : (struct job){ 0, HUNG_US, false, 0 };
    shuffle(jobs, simulation->job_count, 7);
}

static void many_hung_origins(struct simulation *simulation)
{
    struct job *jobs = make_jobs(simulation, 600);

    for (size_t i = 0; i < simulation->job_count; i++)
        jobs[i] = i % 6 ? (struct job){ 30 + i % 50, SHORT_US, true, 0 }
                        : (struct job){ i % 30, HUNG_US, false, 0 };
}

/* Lengths with a heavy tail, and answers that fail to come now and then. */
static void mixed(struct simulation *simulation)
{
    struct job *jobs = make_jobs(simulation, 1000);
    uint64_t seed = 3;

    for (size_t i = 0; i < simulation->job_count; i++)
        jobs[i] =
            (struct job){ (unsigned)(random_fraction(&seed) * 60),
                          (int64_t)(SHORT_US / (random_fraction(&seed) + 0.01)),
                          random_fraction(&seed) < 0.8 };
}

static const struct {
    const char *name;
    void (*make)(struct simulation *simulation);
} shapes[] = {
    { "many origins", many_origins },
    { "one big origin", one_big_origin },
    { "one origin", one_origin },
    { "one hung origin", one_hung_origin },
    { "many hung origins", many_hung_origins },
    { "mixed", mixed },
};

static const unsigned crews[] = { 1, 2, 3, 4, 16, 64, 256 };

static void no_check_is_lost_and_none_is_asked_twice(void **state)
{
    static const unsigned limits[] = { 0, 1, 3 };
    static const size_t windows[] = { 0, 1, 7, 64 };

    (void)state;
    for (size_t i = 0;
         i < COUNT(shapes) * COUNT(crews) * COUNT(limits) * COUNT(windows);
         i++) {
        size_t rest = i / COUNT(shapes);
        struct simulation simulation = { 0 };

        shapes[i % COUNT(shapes)].make(&simulation);
        simulation.network.workers = crews[rest % COUNT(crews)];
        rest /= COUNT(crews);
        simulation.network.per_origin = limits[rest % COUNT(limits)];
        simulation.window = windows[rest / COUNT(limits)];
        simulate(&simulation);
        for (size_t k = 0; k < simulation.job_count; k++)
            assert_int_equal(simulation.times_asked[k], 1);
        release_simulation(&simulation);
    }
}

static void neither_workers_nor_per_origin_are_ever_exceeded(void **state)
{
    static const unsigned limits[] = { 1, 2, 5 };

    (void)state;
    for (size_t i = 0; i < COUNT(shapes) * COUNT(crews) * COUNT(limits); i++) {
        struct simulation simulation = { 0 };
        unsigned limit = limits[i / COUNT(shapes) / COUNT(crews)];

        shapes[i % COUNT(shapes)].make(&simulation);
        simulation.network.workers = crews[i / COUNT(shapes) % COUNT(crews)];
        simulation.network.per_origin = limit;
        simulate(&simulation);
        assert_true(simulation.most_in_flight <= simulation.network.workers);
        assert_true(simulation.most_at_origin <= limit);
        release_simulation(&simulation);
    }
}

static void a_limit_for_each_origin_is_used_up(void **state)
{
    struct simulation simulation = { 0 };

    (void)state;
    one_origin(&simulation);
    simulation.network.workers = 16;
    simulation.network.per_origin = 5;
    simulate(&simulation);
    assert_int_equal(simulation.most_at_origin, 5);
    assert_int_equal(simulation.makespan_us,
                     (int64_t)simulation.job_count / 5 * SHORT_US);
    release_simulation(&simulation);
}

/* Graham's bound: no worker is idle while anything waits. */
static void a_round_ends_within_the_list_scheduling_bound(void **state)
{
    static const size_t windows[] = { 0, 1, 64 };

    (void)state;
    for (size_t i = 0; i < COUNT(shapes) * COUNT(crews) * COUNT(windows); i++) {
        struct simulation simulation = { 0 };
        int64_t sum_us = 0, longest_us = 0;
        int64_t workers;

        shapes[i % COUNT(shapes)].make(&simulation);
        workers = crews[i / COUNT(shapes) % COUNT(crews)];
        simulation.network.workers = (unsigned)workers;
        simulation.window = windows[i / COUNT(shapes) / COUNT(crews)];
        for (size_t k = 0; k < simulation.job_count; k++) {
            sum_us += simulation.jobs[k].duration_us;
            if (simulation.jobs[k].duration_us > longest_us)
                longest_us = simulation.jobs[k].duration_us;
        }
        simulate(&simulation);
        if (simulation.makespan_us * workers >
            sum_us + (workers - 1) * longest_us)
            fail_msg("%s, %d workers", shapes[i % COUNT(shapes)].name,
                     (int)workers);
        release_simulation(&simulation);
    }
}

static void fast_checks_need_few_more_connections_than_origins(void **state)
{
    static const unsigned each[] = { 1, 2, 3, 5, 10, 40 };
    enum { ORIGINS = 200 };

    (void)state;
    for (size_t i = 0; i < COUNT(crews) * COUNT(each); i++) {
        struct simulation simulation = { 0 };
        unsigned workers = crews[i % COUNT(crews)];
        size_t count = ORIGINS * (size_t)each[i / COUNT(crews)];
        struct job *jobs = make_jobs(&simulation, count);
        uint64_t seed = i;

        for (size_t k = 0; k < count; k++)
            jobs[k] =
                (struct job){ k % ORIGINS,
                              SHORT_US / 2 +
                                  (int64_t)(random_fraction(&seed) * SHORT_US),
                              true };
        simulation.network.workers = workers;
        simulate(&simulation);
        if (simulation.connections > ORIGINS + 2 * (size_t)workers)
            fail_msg("%u workers, %zu checks: %zu connections", workers, count,
                     simulation.connections);
        release_simulation(&simulation);
    }
}

/*
 * Half of the workers, rounded down but at least one, are always there for
 * what answers; one worker alone may have to learn which origin hangs.
 */
static int64_t sound_bound_us(const struct simulation *simulation)
{
    int64_t workers = simulation->network.workers / 2;
    int64_t sum_us = 0, longest_us = 0;

    for (size_t i = 0; i < simulation->job_count; i++) {
        const struct job *job = &simulation->jobs[i];

        if (!job->answers)
            continue;
        sum_us += job->duration_us;
        if (job->duration_us > longest_us)
            longest_us = job->duration_us;
    }
    return workers ? sum_us / workers + longest_us : sum_us + HUNG_US;
}

static void a_hung_origin_holds_nobody_else_up(void **state)
{
    static const struct {
        size_t hung, sound_origins, each;
    } cases[] = {
        { 10, 20, 20 },   { 1000, 20, 20 },  { 1000, 1, 400 },
        { 1000, 2, 200 }, { 1000, 200, 2 },  { 1000, 200, 10 },
        { 50, 5, 400 },   { 1000, 50, 100 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(crews) * COUNT(cases) * 2; i++) {
        size_t which = i / 2 / COUNT(crews);
        size_t hung = cases[which].hung;
        struct simulation simulation = { 0 };
        struct job *jobs = make_jobs(
            &simulation, hung + cases[which].sound_origins * cases[which].each);

        for (size_t k = 0; k < simulation.job_count; k++)
            jobs[k] =
                k < hung
                    ? (struct job){ 0, HUNG_US, false, 0 }
                    : (struct job){ 1 + (k - hung) % cases[which].sound_origins,
                                    SHORT_US, true, 0 };
        if (i % 2)
            shuffle(jobs, simulation.job_count, i);
        simulation.network.workers = crews[i / 2 % COUNT(crews)];
        simulate(&simulation);
        if (simulation.sound_end_us > sound_bound_us(&simulation))
            fail_msg("%u workers, %zu hung, %zu x %zu sound: %.2f s, not %.2f",
                     simulation.network.workers, hung,
                     cases[which].sound_origins, cases[which].each,
                     (double)simulation.sound_end_us / SECOND_US,
                     (double)sound_bound_us(&simulation) / SECOND_US);
        release_simulation(&simulation);
    }
}

/*
 * Though the queue is small and the producer meets it again and again. Until
 * the first time limit has passed nobody knows, and it may fill the queue.
 */
static void a_hung_origin_does_not_fill_the_queue_for_long(void **state)
{
    static const size_t windows[] = { 16, 64, 1024 };

    (void)state;
    for (size_t i = 0; i < COUNT(crews) * COUNT(windows); i++) {
        struct simulation simulation = { 0 };
        struct job *jobs = make_jobs(&simulation, 5000);

        for (size_t k = 0; k < simulation.job_count; k++)
            jobs[k] = k % 5 ? (struct job){ 1 + k % 50, SHORT_US, true, 0 }
                            : (struct job){ 0, HUNG_US, false, 0 };
        simulation.network.workers = crews[i % COUNT(crews)];
        simulation.window = windows[i / COUNT(crews)];
        simulate(&simulation);
        if (simulation.sound_end_us > sound_bound_us(&simulation) + 2 * HUNG_US)
            fail_msg("%u workers, room for %zu: %.2f s, not %.2f",
                     simulation.network.workers, simulation.window,
                     (double)simulation.sound_end_us / SECOND_US,
                     (double)sound_bound_us(&simulation) / SECOND_US);
        release_simulation(&simulation);
    }
}

/*
 * Nobody can tell a hung origin before it was tried: each may cost one time
 * limit of one worker, and they are tried by all workers at worst.
 */
static void many_hung_origins_cost_the_others_one_try_each(void **state)
{
    static const struct {
        size_t origins, each;
    } cases[] = { { 5, 100 }, { 20, 10 }, { 20, 100 }, { 100, 10 } };

    (void)state;
    for (size_t i = 0; i < COUNT(crews) * COUNT(cases); i++) {
        size_t origins = cases[i / COUNT(crews)].origins;
        size_t hung = origins * cases[i / COUNT(crews)].each;
        unsigned workers = crews[i % COUNT(crews)];
        struct simulation simulation = { 0 };
        struct job *jobs = make_jobs(&simulation, hung + 2000);
        int64_t tries = (int64_t)((origins + workers - 1) / workers) + 1;

        for (size_t k = 0; k < simulation.job_count; k++)
            jobs[k] = k < hung
                          ? (struct job){ k % origins, HUNG_US, false, 0 }
                          : (struct job){ origins + k % 50, SHORT_US, true, 0 };
        shuffle(jobs, simulation.job_count, i);
        simulation.network.workers = workers;
        simulate(&simulation);
        if (simulation.sound_end_us >
            sound_bound_us(&simulation) + tries * HUNG_US)
            fail_msg("%u workers, %zu hung origins: %.2f s", workers, origins,
                     (double)simulation.sound_end_us / SECOND_US);
        release_simulation(&simulation);
    }
}

static int longest_first(const void *left, const void *right)
{
    const struct job *first = left, *second = right;

    return (first->duration_us < second->duration_us) -
           (first->duration_us > second->duration_us);
}

static void a_long_check_that_is_known_is_not_left_for_the_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(crews); i++) {
        int64_t workers = crews[i];
        struct simulation simulation = { 0 };
        int64_t sum_us = 0, least_us;

        mixed(&simulation);
        for (size_t k = 0; k < simulation.job_count; k++) {
            struct job *job = &simulation.jobs[k];

            job->answers = true;
            job->expected_us = job->duration_us;
            sum_us += job->duration_us;
        }
        qsort(simulation.jobs, simulation.job_count, sizeof(struct job),
              longest_first);
        simulation.network.workers = (unsigned)workers;
        simulate(&simulation);
        /* What no schedule can beat, and a third of the longest. */
        least_us = sum_us / workers;
        if (least_us < simulation.jobs[0].duration_us)
            least_us = simulation.jobs[0].duration_us;
        if (simulation.makespan_us >
            least_us + simulation.jobs[0].duration_us / 3)
            fail_msg("%d workers: %.2f s, not %.2f", (int)workers,
                     (double)simulation.makespan_us / SECOND_US,
                     (double)least_us / SECOND_US);
        release_simulation(&simulation);
    }
}

static void the_rate_is_kept_in_every_second_and_reached(void **state)
{
    static const double rates[] = { 2.5, 20, 300, 5000 };

    (void)state;
    for (size_t i = 0; i < COUNT(rates) * COUNT(crews); i++) {
        double rate = rates[i / COUNT(crews)];
        unsigned workers = crews[i % COUNT(crews)];
        struct simulation simulation = { 0 };
        size_t first = 0;
        double could_us;

        many_origins(&simulation);
        simulation.network.workers = workers;
        simulation.network.rate = rate;
        simulate(&simulation);
        for (size_t k = 0; k < simulation.asked; k++) {
            while (simulation.asked_us[first] <=
                   simulation.asked_us[k] - SECOND_US)
                first++;
            assert_true((double)(k - first + 1) <= rate * 1.05 + 1);
        }
        /* The workers' own pace (checks of 10 to 20 ms), or the rate's. */
        could_us = (double)simulation.asked * 1.5 * SHORT_US / workers;
        if (could_us < (double)simulation.asked * 1e6 / rate)
            could_us = (double)simulation.asked * 1e6 / rate;
        assert_true((double)simulation.makespan_us <
                    could_us * 1.05 + 4 * SHORT_US);
        release_simulation(&simulation);
    }
}

/* One step at a time. */

struct bench {
    struct network network;
    struct agenda *agenda;
    struct seat seats[8];
};

static int make_bench(void **state)
{
    struct bench *bench = xcalloc(1, sizeof(*bench));

    bench->network.workers = COUNT(bench->seats);
    bench->agenda = agenda_create(&bench->network);
    *state = bench;
    return 0;
}

static int take_bench_down(void **state)
{
    struct bench *bench = *state;

    for (size_t i = 0; i < COUNT(bench->seats); i++) {
        if (bench->seats[i].is_in_flight)
            agenda_end(bench->agenda, &bench->seats[i], true);
        agenda_leave(bench->agenda, &bench->seats[i]);
    }
    agenda_destroy(bench->agenda);
    free(bench);
    return 0;
}

static void add(struct bench *bench, unsigned origin, unsigned profile,
                size_t index, int64_t due_us, int64_t now_us)
{
    agenda_add(bench->agenda, check_create(&endpoints[origin], index, due_us),
               profile, now_us);
}

/* The index of the check that this seat gets; -1: none. */
static int take(struct bench *bench, size_t seat, int64_t now_us)
{
    int64_t until_us;
    struct check *check =
        agenda_take(bench->agenda, &bench->seats[seat], now_us, &until_us);
    int index = check ? (int)check->index : -1;

    check_destroy(check);
    return index;
}

static int64_t until(struct bench *bench, size_t seat, int64_t now_us)
{
    int64_t until_us;

    assert_null(
        agenda_take(bench->agenda, &bench->seats[seat], now_us, &until_us));
    return until_us;
}

static void end(struct bench *bench, size_t seat, bool has_answered)
{
    agenda_end(bench->agenda, &bench->seats[seat], has_answered);
}

static void an_empty_agenda_has_nothing_to_wait_for(void **state)
{
    struct bench *bench = *state;

    assert_true(until(bench, 0, 5) == INT64_MAX);
    assert_int_equal(agenda_waiting(bench->agenda), 0);
    assert_null(agenda_take_any(bench->agenda));
}

static void the_checks_of_a_lane_come_in_the_order_they_were_added(void **state)
{
    struct bench *bench = *state;

    for (size_t i = 0; i < 5; i++)
        add(bench, 0, 0, i, 0, 0);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(take(bench, 0, 0), i);
        end(bench, 0, true);
    }
}

static void
a_worker_goes_on_with_the_lane_whose_connection_it_holds(void **state)
{
    struct bench *bench = *state;

    add(bench, 0, 0, 1, 0, 0);
    add(bench, 0, 0, 2, 0, 0);
    assert_int_equal(take(bench, 0, 0), 1);
    for (size_t i = 10; i < 50; i++)
        add(bench, 1, 0, i, 0, 0);
    end(bench, 0, true);
    assert_int_equal(take(bench, 0, 0), 2);
    end(bench, 0, true);
    assert_int_equal(take(bench, 0, 0), 10);
}

static void an_idle_worker_joins_where_most_waits_for_each(void **state)
{
    struct bench *bench = *state;

    /* Both have answered, so that nobody doubts them. */
    add(bench, 0, 0, 0, 0, 0);
    add(bench, 1, 0, 100, 0, 0);
    assert_int_not_equal(take(bench, 0, 0), take(bench, 1, 0));
    for (size_t i = 1; i < 13; i++)
        add(bench, 0, 0, i, 0, 0);
    for (size_t i = 101; i < 121; i++)
        add(bench, 1, 0, i, 0, 0);
    end(bench, 0, true);
    end(bench, 1, true);
    assert_int_not_equal(take(bench, 0, 0) >= 100, take(bench, 1, 0) >= 100);

    /* 11 wait at origin 0 and 19 at origin 1, one worker at each. */
    assert_true(take(bench, 2, 0) >= 100); /* 11/2 against 18/3 next */
    assert_true(take(bench, 3, 0) >= 100); /* 11/2 against 17/4 next */
    assert_true(take(bench, 4, 0) < 100);  /* 10/3 against 17/4 next */
    assert_true(take(bench, 5, 0) >= 100);
}

static void one_long_check_outweighs_many_short_ones(void **state)
{
    struct bench *bench = *state;
    struct check *check = check_create(&endpoints[0], 1, 0);

    check->expected_us = SECOND_US;
    agenda_add(bench->agenda, check, 0, 0);
    for (size_t i = 2; i < 12; i++) {
        check = check_create(&endpoints[1], i, 0);
        check->expected_us = SHORT_US;
        agenda_add(bench->agenda, check, 0, 0);
    }
    assert_int_equal(take(bench, 0, 0), 1);
    end(bench, 0, true);
    assert_int_equal(take(bench, 0, 0), 2);
}

static void
profiles_of_an_origin_wait_apart_and_are_limited_together(void **state)
{
    struct bench *bench = *state;

    bench->network.per_origin = 2;
    add(bench, 0, 0, 1, 0, 0);
    add(bench, 0, 0, 2, 0, 0);
    add(bench, 0, 1, 3, 0, 0);
    add(bench, 0, 1, 4, 0, 0);
    assert_int_not_equal(take(bench, 0, 0), -1);
    assert_int_not_equal(take(bench, 1, 0), -1);
    assert_ptr_not_equal(bench->seats[0].lane, bench->seats[1].lane);
    assert_int_equal(take(bench, 2, 0), -1);
    assert_true(until(bench, 2, 0) == INT64_MAX);
    end(bench, 0, true);
    assert_int_not_equal(take(bench, 2, 0), -1);
    assert_int_equal(take(bench, 0, 0), -1);
    end(bench, 1, true);
    assert_int_not_equal(take(bench, 0, 0), -1);
}

static void
what_is_not_due_yet_is_handed_out_in_the_order_it_is_due(void **state)
{
    struct bench *bench = *state;
    enum { MANY = 500 };
    int64_t due_us[MANY];
    uint64_t seed = 11;
    int64_t now_us = 0;

    for (size_t i = 0; i < MANY; i++) {
        due_us[i] = 1 + (int64_t)(random_fraction(&seed) * 1000000);
        add(bench, (unsigned)(i % 7), 0, i, due_us[i], 0);
    }
    assert_int_equal(agenda_waiting(bench->agenda), MANY);
    for (size_t i = 0; i < MANY; i++) {
        int64_t next_us = INT64_MAX;
        int taken;

        for (size_t k = 0; k < MANY; k++)
            if (due_us[k] > now_us && due_us[k] < next_us)
                next_us = due_us[k];
        if (next_us == INT64_MAX)
            break;
        assert_true(until(bench, 0, now_us) == next_us);
        assert_true(until(bench, 0, next_us - 1) == next_us);
        now_us = next_us;
        while ((taken = take(bench, 0, now_us)) >= 0) {
            assert_true(due_us[taken] == now_us);
            end(bench, 0, true);
        }
    }
    assert_int_equal(agenda_waiting(bench->agenda), 0);
}

static void a_check_that_waits_for_its_retry_holds_no_worker(void **state)
{
    struct bench *bench = *state;

    bench->network.per_origin = 1;
    add(bench, 0, 0, 1, 0, 0);
    add(bench, 0, 0, 2, 0, 0);
    assert_int_equal(take(bench, 0, 0), 1);
    end(bench, 0, false);
    add(bench, 0, 0, 1, 1000, 10); /* the same one again, later */
    assert_int_equal(agenda_in_flight(bench->agenda), 0);
    assert_int_equal(agenda_waiting(bench->agenda), 2);
    assert_int_equal(take(bench, 0, 10), 2);
    end(bench, 0, true);
    assert_true(until(bench, 0, 20) == 1000);
    assert_int_equal(take(bench, 0, 999), -1);
    assert_int_equal(take(bench, 0, 1000), 1);
}

static void
an_origin_that_fell_silent_gets_half_of_the_workers_at_most(void **state)
{
    struct bench *bench = *state;
    size_t hung = 0;

    for (size_t i = 0; i < 100; i++)
        add(bench, 0, 0, i, 0, 0);
    for (int i = 0; i < 3; i++) {
        assert_true(take(bench, 0, 0) >= 0);
        end(bench, 0, i == 0); /* it did answer once */
    }
    add(bench, 1, 0, 1000, 0, 0);
    assert_int_equal(take(bench, 7, 0), 1000);
    end(bench, 7, true);
    for (size_t i = 1001; i < 1100; i++)
        add(bench, 1, 0, i, 0, 0);
    for (size_t i = 0; i < COUNT(bench->seats); i++) {
        int index = take(bench, i, 0);

        assert_int_not_equal(index, -1);
        hung += index < 1000;
    }
    assert_int_equal(hung, COUNT(bench->seats) / 2);

    /* One answer, and it is trusted again. */
    for (size_t i = 0; i < COUNT(bench->seats); i++)
        end(bench, i, true);
    hung = 0;
    for (size_t i = 0; i < COUNT(bench->seats); i++)
        hung += take(bench, i, 0) < 1000;
    assert_int_equal(hung, COUNT(bench->seats) / 2);
}

static void what_waits_for_a_silent_origin_is_not_ready(void **state)
{
    struct bench *bench = *state;

    for (size_t i = 0; i < 10; i++)
        add(bench, 0, 0, i, 0, 0);
    add(bench, 1, 0, 20, 1000, 0); /* nor is what is not due yet */
    assert_int_equal(agenda_waiting(bench->agenda), 11);
    assert_int_equal(agenda_ready(bench->agenda), 10);
    assert_true(take(bench, 0, 0) >= 0);
    end(bench, 0, false);
    assert_int_equal(agenda_ready(bench->agenda), 0);
    add(bench, 0, 0, 30, 0, 0);
    assert_int_equal(agenda_ready(bench->agenda), 0);
    assert_true(take(bench, 0, 0) >= 0);
    end(bench, 0, true); /* it answers after all */
    assert_int_equal(agenda_ready(bench->agenda), 9);
    assert_int_equal(agenda_waiting(bench->agenda), 10);
}

static void where_nothing_else_waits_all_go_to_the_silent_origin(void **state)
{
    struct bench *bench = *state;

    for (size_t i = 0; i < 20; i++)
        add(bench, 0, 0, i, 0, 0);
    for (int i = 0; i < 3; i++) {
        assert_true(take(bench, 0, 0) >= 0);
        end(bench, 0, false);
    }
    for (size_t i = 0; i < COUNT(bench->seats); i++)
        assert_int_not_equal(take(bench, i, 0), -1);
}

static void
in_a_lasting_agenda_silent_origins_leave_workers_to_what_may_come(void **state)
{
    struct bench *bench = *state;
    size_t taken = 0;

    agenda_make_lasting(bench->agenda);
    for (unsigned origin = 0; origin < COUNT(bench->seats); origin++) {
        add(bench, origin, 0, origin, 0, 0);
        assert_int_equal(take(bench, 0, 0), origin);
        end(bench, 0, false);
    }
    agenda_leave(bench->agenda, &bench->seats[0]); /* which nothing forgets */

    for (unsigned origin = 0; origin < COUNT(bench->seats); origin++)
        add(bench, origin, 0, 100 + origin, 0, 0);
    for (size_t i = 0; i < COUNT(bench->seats); i++)
        taken += take(bench, i, 0) != -1;
    assert_int_equal(taken, COUNT(bench->seats) / 2);

    add(bench, 200, 0, 999, 0, 0); /* one that nobody has tried */
    assert_int_equal(take(bench, taken, 0), 999);
    end(bench, taken, true);
    end(bench, 0, false); /* and the next of the silent ones has its turn */
    assert_int_not_equal(take(bench, 0, 0), -1);
}

static void
a_lasting_agenda_with_one_worker_asks_silent_origins_too(void **state)
{
    struct bench *bench = *state;

    agenda_make_lasting(bench->agenda);
    bench->network.workers = 1;
    for (size_t i = 0; i < 3; i++) {
        add(bench, 0, 0, i, 0, 0);
        assert_int_equal(take(bench, 0, 0), i);
        end(bench, 0, false);
    }
}

static void
a_redirect_takes_a_place_at_its_origin_and_leaves_the_other(void **state)
{
    struct bench *bench = *state;
    int64_t until_us;

    bench->network.per_origin = 1;
    add(bench, 0, 0, 1, 0, 0);
    add(bench, 0, 0, 2, 0, 0);
    add(bench, 1, 0, 3, 0, 0);
    assert_int_not_equal(take(bench, 0, 0), -1); /* at one of the two */
    assert_int_not_equal(take(bench, 1, 0), -1); /* at the other */

    /* The first wants to where the second is: it waits, at work nowhere. */
    assert_false(agenda_try_hop(bench->agenda, &bench->seats[0],
                                endpoints[1].origin, 0, &until_us));
    assert_true(until_us == INT64_MAX);
    assert_int_equal(take(bench, 2, 0), 2);
    end(bench, 1, true);
    assert_true(agenda_try_hop(bench->agenda, &bench->seats[0],
                               endpoints[1].origin, 0, &until_us));
    end(bench, 0, true);
    end(bench, 2, true);
    assert_int_equal(agenda_in_flight(bench->agenda), 0);
}

static void two_redirects_that_cross_do_not_wait_for_each_other(void **state)
{
    struct bench *bench = *state;
    int64_t until_us;

    bench->network.per_origin = 1;
    add(bench, 0, 0, 1, 0, 0);
    assert_int_equal(take(bench, 0, 0), 1);
    add(bench, 1, 0, 2, 0, 0);
    assert_int_equal(take(bench, 1, 0), 2);
    assert_false(agenda_try_hop(bench->agenda, &bench->seats[0],
                                endpoints[1].origin, 0, &until_us));
    assert_true(agenda_try_hop(bench->agenda, &bench->seats[1],
                               endpoints[0].origin, 0, &until_us));
    assert_true(agenda_try_hop(bench->agenda, &bench->seats[0],
                               endpoints[1].origin, 0, &until_us));
}

static void a_redirect_within_an_origin_keeps_its_place(void **state)
{
    struct bench *bench = *state;
    int64_t until_us;

    bench->network.per_origin = 1;
    add(bench, 0, 0, 1, 0, 0);
    add(bench, 0, 0, 2, 0, 0);
    assert_int_equal(take(bench, 0, 0), 1);
    for (int i = 0; i < 3; i++)
        assert_true(agenda_try_hop(bench->agenda, &bench->seats[0],
                                   endpoints[0].origin, 0, &until_us));
    assert_int_equal(take(bench, 1, 0), -1);
    end(bench, 0, true);
    assert_int_equal(take(bench, 1, 0), 2);
}

static void a_redirect_is_one_more_request_for_the_rate(void **state)
{
    struct network network = { .workers = 2, .rate = 10 };
    struct agenda *agenda = agenda_create(&network);
    struct seat seat = { 0 };
    int64_t until_us;
    struct check *check;

    (void)state;
    agenda_add(agenda, check_create(&endpoints[0], 0, 0), 0, 0);
    check = agenda_take(agenda, &seat, 0, &until_us);
    assert_non_null(check);
    check_destroy(check);
    assert_false(
        agenda_try_hop(agenda, &seat, endpoints[5].origin, 10000, &until_us));
    assert_true(until_us == 100000);
    assert_true(
        agenda_try_hop(agenda, &seat, endpoints[5].origin, 100000, &until_us));
    assert_false(
        agenda_try_hop(agenda, &seat, endpoints[6].origin, 100001, &until_us));
    agenda_end(agenda, &seat, true);
    agenda_leave(agenda, &seat);
    agenda_destroy(agenda);
}

static void
no_more_than_so_many_shake_hands_and_those_connected_go_on(void **state)
{
    struct bench *bench = *state;

    agenda_limit_handshakes(bench->agenda, 2);
    for (size_t i = 0; i < 5; i++)
        add(bench, (unsigned)i % 2, 0, i, START_US, START_US);

    assert_int_not_equal(take(bench, 0, START_US), -1);
    assert_int_not_equal(take(bench, 1, START_US), -1);
    assert_int_equal(until(bench, 2, START_US), START_US + GATE_STALL_US);

    assert_true(agenda_connected(bench->agenda, &bench->seats[0]));
    assert_int_not_equal(take(bench, 2, START_US), -1);
    assert_int_equal(take(bench, 3, START_US), -1);

    /* Who has a connection needs no other, and waits for nobody. */
    end(bench, 0, true);
    assert_int_not_equal(take(bench, 0, START_US), -1);
    assert_false(agenda_connected(bench->agenda, &bench->seats[0]));

    /* Who failed shakes hands no more. */
    end(bench, 1, false);
    assert_int_not_equal(take(bench, 3, START_US), -1);
}

static void
a_request_that_takes_no_kept_connection_shakes_hands_each_time(void **state)
{
    static const struct settings fresh = { .method = "GET",
                                           .fresh_connection = true };
    static const struct settings post = { .method = "POST" };
    const struct settings *settings[] = { &fresh, &post };
    struct bench *bench = *state;

    agenda_limit_handshakes(bench->agenda, 1);
    for (size_t i = 0; i < COUNT(settings); i++) {
        add(bench, 0, 0, 0, START_US, START_US);
        assert_int_equal(take(bench, 0, START_US), 0);
        (void)agenda_connected(bench->agenda, &bench->seats[0]);
        end(bench, 0, true);

        endpoints[0].settings = settings[i];
        add(bench, 0, 0, 1, START_US, START_US);
        add(bench, 0, 0, 2, START_US, START_US);
        assert_int_equal(take(bench, 0, START_US), 1);
        assert_int_equal(take(bench, 1, START_US), -1);
        end(bench, 0, true);
        assert_int_equal(take(bench, 0, START_US), 2);
        end(bench, 0, true);
        endpoints[0].settings = &no_settings;
    }
}

static void a_redirect_to_another_origin_shakes_hands_in_its_turn(void **state)
{
    struct bench *bench = *state;
    struct agenda *agenda = bench->agenda;
    int64_t until_us;

    agenda_limit_handshakes(agenda, 1);
    add(bench, 0, 0, 0, START_US, START_US);
    add(bench, 1, 0, 1, START_US, START_US);
    assert_int_not_equal(take(bench, 0, START_US), -1);
    assert_true(agenda_connected(agenda, &bench->seats[0]));
    assert_int_not_equal(take(bench, 1, START_US), -1);

    assert_false(agenda_try_hop(agenda, &bench->seats[0], endpoints[2].origin,
                                START_US, &until_us));
    assert_int_equal(until_us, START_US + GATE_STALL_US);
    assert_true(agenda_connected(agenda, &bench->seats[1]));
    assert_true(agenda_try_hop(agenda, &bench->seats[0], endpoints[2].origin,
                               START_US, &until_us));

    /* Within the origin it has its connection, to http there is no TLS. */
    assert_true(agenda_try_hop(agenda, &bench->seats[0], endpoints[2].origin,
                               START_US, &until_us));
    assert_true(agenda_try_hop(agenda, &bench->seats[1],
                               "http://plain.example:80", START_US, &until_us));
    end(bench, 0, true);
    end(bench, 1, true);
}

static const struct settings http2 = { .method = "GET",
                                       .http_version = HTTP_VERSION_2 };

static int make_shared_bench(void **state)
{
    struct bench *bench;

    endpoints[0].settings = &http2;
    make_bench(state);
    bench = *state;
    agenda_share_connections(bench->agenda);
    return 0;
}

static int take_shared_bench_down(void **state)
{
    endpoints[0].settings = &no_settings;
    return take_bench_down(state);
}

static void
of_those_who_share_a_connection_the_first_goes_ahead_to_open_it(void **state)
{
    struct bench *bench = *state;

    for (size_t i = 0; i < 4; i++)
        add(bench, 0, 0, i, 0, 0);
    add(bench, 1, 0, 9, 0, 0);
    assert_int_equal(take(bench, 0, 0), 0);
    assert_int_equal(take(bench, 1, 0), 9); /* the others look elsewhere */
    assert_int_equal(until(bench, 2, 0), INT64_MAX);

    assert_true(agenda_connected(bench->agenda, &bench->seats[0]));
    assert_int_equal(take(bench, 2, 0), 1);
    assert_int_equal(take(bench, 3, 0), 2);
    end(bench, 0, true);
    assert_int_equal(take(bench, 0, 0), 3);
}

static void who_shares_a_connection_shakes_no_hands(void **state)
{
    struct bench *bench = *state;

    agenda_limit_handshakes(bench->agenda, 1);
    for (size_t i = 0; i < 3; i++)
        add(bench, 0, 0, i, 0, 0);
    add(bench, 1, 0, 9, 0, 0);
    assert_int_equal(take(bench, 0, 0), 0);
    assert_true(agenda_connected(bench->agenda, &bench->seats[0]));
    assert_int_equal(take(bench, 1, 0), 9); /* and stays in the gate */

    assert_int_equal(take(bench, 2, 0), 1);
    assert_int_equal(take(bench, 3, 0), 2);
}

static void
more_than_one_connection_carries_shake_hands_in_their_turn(void **state)
{
    enum { STREAMS_MOST = 100 };
    struct network network = { .workers = 200 };
    struct agenda *agenda = agenda_create(&network);
    struct seat seats[STREAMS_MOST + 2] = { 0 };
    size_t last = COUNT(seats) - 1;
    int64_t until_us;

    (void)state;
    endpoints[0].settings = &http2;
    agenda_share_connections(agenda);
    agenda_limit_handshakes(agenda, 1);
    for (size_t i = 0; i < COUNT(seats); i++)
        agenda_add(agenda, check_create(&endpoints[0], i, 0), 0, START_US);
    for (size_t i = 0; i < last; i++) {
        struct check *check =
            agenda_take(agenda, &seats[i], START_US, &until_us);

        assert_non_null(check);
        check_destroy(check);
        if (i < STREAMS_MOST)
            (void)agenda_connected(agenda, &seats[i]);
    }

    assert_null(agenda_take(agenda, &seats[last], START_US, &until_us));
    assert_int_equal(until_us, START_US + GATE_STALL_US);

    for (size_t i = 0; i < last; i++) {
        agenda_end(agenda, &seats[i], true);
        agenda_leave(agenda, &seats[i]);
    }
    agenda_destroy(agenda);
    endpoints[0].settings = &no_settings;
}

static void
where_the_first_fails_to_connect_the_others_do_not_wait(void **state)
{
    struct bench *bench = *state;

    for (size_t i = 0; i < 3; i++)
        add(bench, 0, 0, i, 0, 0);
    assert_int_equal(take(bench, 0, 0), 0);
    assert_int_equal(take(bench, 1, 0), -1);

    end(bench, 0, false);
    assert_int_equal(take(bench, 0, 0), 1);
    assert_int_equal(take(bench, 1, 0), 2);
}

static void where_connections_are_not_shared_nobody_goes_ahead(void **state)
{
    struct bench *bench = *state;

    add(bench, 1, 0, 0, 0, 0); /* not with HTTP/2 */
    add(bench, 1, 0, 1, 0, 0);
    assert_int_equal(take(bench, 0, 0), 0);
    assert_int_equal(take(bench, 1, 0), 1);
}

static void what_waits_can_be_cleared_up_due_or_not(void **state)
{
    struct bench *bench = *state;
    bool seen[30] = { false };

    bench->network.per_origin = 1;
    for (size_t i = 0; i < COUNT(seen); i++)
        add(bench, (unsigned)(i % 4), (unsigned)(i % 2), i,
            i % 3 ? 0 : 1000 + (int64_t)i, 0);
    for (size_t i = 0; i < COUNT(seen); i++) {
        struct check *check = agenda_take_any(bench->agenda);

        assert_non_null(check);
        assert_false(seen[check->index]);
        seen[check->index] = true;
        check_destroy(check);
    }
    assert_null(agenda_take_any(bench->agenda));
}

static void what_nobody_takes_goes_down_with_the_agenda(void **state)
{
    struct bench *bench = *state;

    add(bench, 0, 0, 1, 0, 0);
    add(bench, 1, 1, 2, 1000, 0); /* a leak would be told by a sanitizer */
}

/* Looking at each lane would take a minute for this. */
static void
choosing_among_many_lanes_takes_no_longer_than_among_few(void **state)
{
    enum { LANES = 50000 / TEST_SLOWNESS };
    struct network network = { .workers = 16 };
    struct agenda *agenda = agenda_create(&network);
    struct endpoint *many = xcalloc(LANES, sizeof(*many));
    clock_t began; /* of this process alone, however busy the machine is */

    (void)state;
    for (size_t i = 0; i < LANES; i++) {
        many[i].origin = xasprintf("https://%zu.example:443", i);
        agenda_add(agenda, check_create(&many[i], i, 0), 0, 0);
    }
    began = clock();
    for (size_t i = 0; i < LANES; i++) {
        struct seat seat = { 0 };
        int64_t until_us;
        struct check *check = agenda_take(agenda, &seat, 0, &until_us);

        assert_non_null(check);
        check_destroy(check);
        agenda_end(agenda, &seat, i % 2);
        agenda_leave(agenda, &seat);
    }
    assert_true(clock() - began < 5 * CLOCKS_PER_SEC);
    agenda_destroy(agenda);
    for (size_t i = 0; i < LANES; i++)
        free((char *)many[i].origin);
    free(many);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, make_bench, take_bench_down)
#define SHARED_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, make_shared_bench,                   \
                                    take_shared_bench_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_check_is_lost_and_none_is_asked_twice),
        cmocka_unit_test(neither_workers_nor_per_origin_are_ever_exceeded),
        cmocka_unit_test(a_limit_for_each_origin_is_used_up),
        cmocka_unit_test(a_round_ends_within_the_list_scheduling_bound),
        cmocka_unit_test(fast_checks_need_few_more_connections_than_origins),
        cmocka_unit_test(a_hung_origin_holds_nobody_else_up),
        cmocka_unit_test(a_hung_origin_does_not_fill_the_queue_for_long),
        cmocka_unit_test(many_hung_origins_cost_the_others_one_try_each),
        cmocka_unit_test(a_long_check_that_is_known_is_not_left_for_the_end),
        cmocka_unit_test(the_rate_is_kept_in_every_second_and_reached),
        TEST(an_empty_agenda_has_nothing_to_wait_for),
        TEST(the_checks_of_a_lane_come_in_the_order_they_were_added),
        TEST(a_worker_goes_on_with_the_lane_whose_connection_it_holds),
        TEST(an_idle_worker_joins_where_most_waits_for_each),
        TEST(one_long_check_outweighs_many_short_ones),
        TEST(profiles_of_an_origin_wait_apart_and_are_limited_together),
        TEST(what_is_not_due_yet_is_handed_out_in_the_order_it_is_due),
        TEST(a_check_that_waits_for_its_retry_holds_no_worker),
        TEST(an_origin_that_fell_silent_gets_half_of_the_workers_at_most),
        TEST(what_waits_for_a_silent_origin_is_not_ready),
        TEST(where_nothing_else_waits_all_go_to_the_silent_origin),
        TEST(in_a_lasting_agenda_silent_origins_leave_workers_to_what_may_come),
        TEST(a_lasting_agenda_with_one_worker_asks_silent_origins_too),
        TEST(a_redirect_takes_a_place_at_its_origin_and_leaves_the_other),
        TEST(two_redirects_that_cross_do_not_wait_for_each_other),
        TEST(a_redirect_within_an_origin_keeps_its_place),
        cmocka_unit_test(a_redirect_is_one_more_request_for_the_rate),
        TEST(no_more_than_so_many_shake_hands_and_those_connected_go_on),
        TEST(a_request_that_takes_no_kept_connection_shakes_hands_each_time),
        TEST(a_redirect_to_another_origin_shakes_hands_in_its_turn),
        SHARED_TEST(
            of_those_who_share_a_connection_the_first_goes_ahead_to_open_it),
        SHARED_TEST(who_shares_a_connection_shakes_no_hands),
        cmocka_unit_test(
            more_than_one_connection_carries_shake_hands_in_their_turn),
        SHARED_TEST(where_the_first_fails_to_connect_the_others_do_not_wait),
        SHARED_TEST(where_connections_are_not_shared_nobody_goes_ahead),
        TEST(what_waits_can_be_cleared_up_due_or_not),
        TEST(what_nobody_takes_goes_down_with_the_agenda),
        cmocka_unit_test(
            choosing_among_many_lanes_takes_no_longer_than_among_few),
    };

    return cmocka_run_group_tests(tests, make_endpoints, take_endpoints_down);
}
