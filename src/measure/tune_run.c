#include "rounds/tune_run.h"

#include <pthread.h>
#include <stdatomic.h>

#include "rounds/clock.h"
#include "rounds/vitals.h"
#include "step_tally.h"

enum { QUEUE_LEAST = 8, TOO_MANY_REQUESTS = 429, UNAVAILABLE = 503 };

/* A step while the engine runs it. */
struct running {
    const struct tune_task *task;
    struct stop *stop;

    /*
     * Guards what follows: the producer and every worker come by. `is_over`
     * only rises; then nothing more is sent and the stop flag is up.
     */
    pthread_mutex_t lock;
    struct step_tally *tally;
    uint64_t handed; /* endpoints given to the producer */
    uint64_t sent;   /* those of them that were really asked */
    bool is_over;
};

/* Under the lock. What waits in the queue is not asked any more. */
static void end_where_due(struct running *running)
{
    int64_t now_us = clock_monotonic_us();

    if (running->is_over ||
        !step_tally_is_over(running->tally, running->handed, now_us))
        return;
    running->is_over = true;
    step_tally_close(running->tally, now_us);
    stop_raise(running->stop, STOP_SOON, STOP_CAUSE_FAILURES);
}

static bool next_endpoint(void *context, const struct endpoint **endpoint,
                          size_t *index, int64_t *expected_us)
{
    struct running *running = context;
    const struct tune_task *task = running->task;
    bool has_next;

    (void)expected_us; /* all of them are asked over and over */
    pthread_mutex_lock(&running->lock);
    end_where_due(running);
    has_next = !running->is_over && stop_level(running->stop) == STOP_NONE;
    *index = (size_t)running->handed;
    *endpoint = task->endpoints[running->handed % task->endpoint_count];
    running->handed += has_next;
    pthread_mutex_unlock(&running->lock);
    return has_next;
}

/* A 503 that the plan expects is no objection; a 429 is one in any case. */
static enum tune_answer answer_of(const struct result *result)
{
    if (result->status == TOO_MANY_REQUESTS)
        return TUNE_ANSWER_REFUSED;
    if (result_is_passed(result))
        return TUNE_ANSWER_PASSED;
    return result->status == UNAVAILABLE ? TUNE_ANSWER_REFUSED
                                         : TUNE_ANSWER_FAILED;
}

/* Under the lock. */
static void take(struct running *running, const struct result *result)
{
    const struct step_sample sample = {
        .worker = result->worker,
        .answer = answer_of(result),
        .ended_us = result->ended_us,
        .took_us = result->timings.total_us,
    };

    if (!result->attempts || result->outcome == OUTCOME_SKIPPED)
        return;
    running->sent++;
    step_tally_add(running->tally, &sample);
}

/* An engine_sink. */
static void take_results(void *context, struct result **results, size_t count)
{
    struct running *running = context;

    pthread_mutex_lock(&running->lock);
    for (size_t i = 0; i < count; i++)
        take(running, results[i]);
    end_where_due(running);
    pthread_mutex_unlock(&running->lock);
    for (size_t i = 0; i < count; i++)
        result_destroy(results[i]);
}

/* Long enough that no worker waits for the producer, and short, as a network
 * that objects is still asked for some of it. */
static size_t queue_for(unsigned workers)
{
    return workers * 2 > QUEUE_LEAST ? (size_t)workers * 2 : QUEUE_LEAST;
}

static unsigned run_engine(struct running *running,
                           const struct tune_wish *wish, struct vitals *vitals,
                           struct strbuf *notes)
{
    const struct tune_task *task = running->task;
    struct network network = *task->network;
    const struct engine_network fed = { &network, next_endpoint, running,
                                        .one_by_one = true };
    const struct engine_round round = {
        .networks = &fed,
        .network_count = 1,
        .sink = take_results,
        .sink_context = running,
        .stop = running->stop,
        .secrets = task->plan->secrets,
        .vitals = vitals,
        .loops = task->loops,
    };
    struct engine_network_report report = { 0 };

    network.workers = wish->workers;
    network.queue = queue_for(wish->workers);
    task->engine(&round, &report, notes);
    return report.workers;
}

void tune_run_step(const struct tune_task *task, const struct tune_wish *wish,
                   const struct tune_step *first, struct stop *stop,
                   struct tune_step *step, struct strbuf *notes)
{
    struct running running = {
        .task = task,
        .stop = stop,
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .tally = step_tally_create(wish, first, clock_monotonic_us()),
    };
    struct vitals vitals;
    unsigned workers;

    vitals_begin(&vitals);
    workers = run_engine(&running, wish, &vitals, notes);
    step_tally_finish(running.tally, running.sent, clock_monotonic_us(), step);
    step->wakes = vitals.wakes;
    step->late_us = vitals.wakes_late_us;
    if (workers)
        step->workers = workers;
    step_tally_destroy(running.tally);
    pthread_mutex_destroy(&running.lock);
}
