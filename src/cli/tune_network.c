#include "tune_network.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "complain.h"
#include "interrupt.h"
#include "rounds/clock.h"
#include "rounds/order.h"
#include "rounds/text.h"
#include "rounds/translate.h"
#include "rounds/tune_run.h"
#include "rounds/xalloc.h"

enum { US_A_SECOND = 1000000, USUAL_COLUMNS = 80 };

static bool has_safe_method(const struct endpoint *endpoint)
{
    const char *method = endpoint->settings->method;

    return !strcmp(method, "GET") || !strcmp(method, "HEAD") ||
           !strcmp(method, "OPTIONS");
}

/* In the order in which a round would ask them; the caller's to free. */
static const struct endpoint **
choose_endpoints(const struct tune_request *request,
                 struct tune_outcome *outcome)
{
    const struct plan *plan = request->plan;
    const struct network *network = outcome->network;
    size_t count;
    size_t *order = order_endpoints(plan->endpoints, plan->endpoint_count,
                                    (uint32_t)(network - plan->networks), NULL,
                                    order_stretch(network), &count);
    const struct endpoint **chosen = xcalloc(count, sizeof(*chosen));

    for (size_t i = 0; i < count; i++) {
        const struct endpoint *endpoint = &plan->endpoints[order[i]];

        if (request->asks_unsafe || has_safe_method(endpoint))
            chosen[outcome->endpoints++] = endpoint;
        else
            outcome->left_out++;
    }
    free(order);
    return chosen;
}

static int compare_origins(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static size_t count_origins(const struct endpoint *const *endpoints,
                            size_t count)
{
    const char **origins = xcalloc(count, sizeof(*origins));
    size_t different = 0;

    for (size_t i = 0; i < count; i++)
        origins[i] = endpoints[i]->origin;
    if (count)
        qsort(origins, count, sizeof(*origins), compare_origins);
    for (size_t i = 0; i < count; i++)
        different += !i || strcmp(origins[i - 1], origins[i]) != 0;
    free(origins);
    return different;
}

/* The network's own limits are never gone past. */
static void set_limits(const struct tune_request *request,
                       struct tune_outcome *outcome)
{
    const struct network *network = outcome->network;
    struct tune_limits *limits = &outcome->course.limits;
    uint64_t most = (uint64_t)network->per_origin * outcome->origins;

    *limits = *request->limits;
    limits->rate = network->rate;
    if (!most || most >= limits->most_workers)
        return;
    limits->most_workers = (unsigned)most;
    limits->bound = TUNE_BOUND_PER_ORIGIN;
}

static size_t terminal_columns(void)
{
    struct winsize size;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || !size.ws_col)
        return USUAL_COLUMNS;
    return size.ws_col;
}

/* One line, drawn over the one before. */
static void show_progress(const struct tune_request *request,
                          const struct tune_outcome *outcome,
                          const struct tune_wish *wish, int64_t elapsed_us)
{
    struct strbuf line = STRBUF_INIT, shown = STRBUF_INIT;

    if (!request->shows_progress)
        return;
    strbuf_addf(&line,
                translate_count("%s: %u worker; %ju requests and %jd s so far",
                                "%s: %u workers; %ju requests and %jd s so far",
                                wish->workers),
                outcome->network->name, wish->workers,
                (uintmax_t)tune_course_requests(&outcome->course),
                (intmax_t)(elapsed_us / US_A_SECOND));
    (void)text_add_cut(&shown, line.data, terminal_columns() - 1);
    fprintf(stderr, "\r%s\x1b[K", shown.data);
    (void)fflush(stderr);
    strbuf_release(&shown);
    strbuf_release(&line);
}

static void wipe_progress(const struct tune_request *request)
{
    if (!request->shows_progress)
        return;
    fprintf(stderr, "\r\x1b[K");
    (void)fflush(stderr);
}

/* A signal ends it early. */
static void pause_for(int64_t pause_us)
{
    struct timespec left = { pause_us / US_A_SECOND,
                             pause_us % US_A_SECOND * 1000 };

    while (!interrupt_signal() && nanosleep(&left, &left) != 0 &&
           errno == EINTR)
        continue;
}

/* False: a signal came, and what the step gave is no measure. */
static bool run_step(const struct tune_request *request,
                     const struct tune_task *task, const struct tune_wish *wish,
                     struct tune_course *course)
{
    struct strbuf notes = STRBUF_INIT;
    struct tune_step step;

    pause_for(wish->pause_us);
    stop_init(request->stop);
    if (interrupt_signal()) /* from now on it raises the flag */
        return false;
    tune_run_step(task, wish, tune_course_first(course, wish->workers),
                  request->stop, &step, &notes);
    if (notes.length)
        wipe_progress(request);
    complain(_("rounds: warning: "), &notes);
    strbuf_release(&notes);
    if (interrupt_signal()) {
        course->dropped = step.requests;
        return false;
    }
    if (step.workers < wish->workers) {
        course->limits.most_workers = step.workers;
        course->limits.bound = TUNE_BOUND_MACHINE;
    }
    tune_course_add(course, &step);
    return true;
}

static void measure(const struct tune_request *request,
                    const struct tune_task *task, struct tune_outcome *outcome)
{
    struct tune_course *course = &outcome->course;
    int64_t began_us = clock_monotonic_us();
    struct tune_wish wish;

    for (;;) {
        int64_t elapsed_us = clock_monotonic_us() - began_us;

        course->end = tune_next(course, elapsed_us, &wish);
        if (course->end)
            break;
        show_progress(request, outcome, &wish, elapsed_us);
        if (!run_step(request, task, &wish, course)) {
            course->end = TUNE_END_STOPPED;
            break;
        }
    }
    outcome->elapsed_us = clock_monotonic_us() - began_us;
    wipe_progress(request);
}

void tune_network(const struct tune_request *request,
                  struct tune_outcome *outcome)
{
    const struct endpoint **endpoints = choose_endpoints(request, outcome);
    const struct tune_task task = {
        .plan = request->plan,
        .network = outcome->network,
        .endpoints = endpoints,
        .endpoint_count = outcome->endpoints,
        .engine = request->engine,
        .loops = request->loops,
    };

    outcome->origins = count_origins(endpoints, outcome->endpoints);
    set_limits(request, outcome);
    if (interrupt_signal())
        outcome->course.end = TUNE_END_STOPPED;
    else if (outcome->endpoints)
        measure(request, &task, outcome);
    tune_advise(&outcome->course, &outcome->advice);
    tune_sort_steps(&outcome->course);
    free(endpoints);
}
