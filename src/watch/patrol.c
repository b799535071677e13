#include "rounds/patrol.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "alerts/alerter.h"
#include "herald.h"
#include "history/history_listener.h"
#include "log/log_listener.h"
#include "notifier.h"
#include "rounds/clock.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"
#include "status/status_page.h"
#include "tour.h"

/* How long what is in flight may go on once the end is wanted. */
#define GRACE_US (INT64_C(1) * 1000 * 1000)

/* All of it is the main thread's. */
struct patrol {
    const struct patrol_request *request;
    struct logger *logger;
    struct notifier *notifier;
    struct log_listener *log;
    struct history_listener *history;
    struct alerter *alerter;
    struct status_page *page;
    struct herald *herald;
    struct tour *tour;           /* NULL: none could be started */
    struct engine_gauge *gauges; /* of its networks */
    const struct plan *plan;     /* the tour's; the herald's */
    struct plan *next_plan;      /* read anew, when the tour has ended; NULL */
    uint64_t seed;               /* of the jitter: not the same for everybody */
    int64_t feed_every_us;       /* the watchdog; 0: there is none */
    int64_t feed_at_us;
    int64_t cancel_at_us; /* 0: what is in flight may go on */
    int events;           /* an eventfd: the tour has started or ended */
    int signals;          /* a signalfd */
    sigset_t mask;        /* before */
    bool is_starting;     /* the tour at hand, and nobody was told yet */
    bool is_started;      /* the first one did */
    bool is_stopping;
    bool is_over;
    bool has_failed;
};

/* Each line of TEXT is an event of its own. */
static void log_lines(struct patrol *patrol, enum log_level level,
                      const char *event, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        char *message = xstrndup(text, length);
        struct log_line line;

        log_begin(&line, patrol->logger, level, event);
        log_text(&line, "message", message);
        log_end(&line);
        free(message);
        text += length + (text[length] == '\n');
    }
}

static void fail(struct patrol *patrol, const char *why)
{
    log_lines(patrol, LOG_LEVEL_ERROR, "failed", why);
    patrol->has_failed = true;
    patrol->is_over = true;
}

/* "2 of 1000 endpoints fail" for systemctl status. In the herald's thread. */
static void tell_status(void *context, const struct patrol_round *round)
{
    struct strbuf status = STRBUF_INIT;

    strbuf_addf(&status, _("%zu of %zu endpoints fail; round %llu"),
                round->failing, round->endpoints,
                (unsigned long long)round->number);
    notifier_tell_status(context, status.data);
    strbuf_release(&status);
}

static bool start_herald(struct patrol *patrol)
{
    const struct patrol_listener listeners[] = {
        log_listener(patrol->log),
        history_listener(patrol->history),
        alerter_listener(patrol->alerter),
        status_page_listener(patrol->page),
        { .context = patrol->notifier, .on_round = tell_status },
    };
    struct strbuf why = STRBUF_INIT;

    patrol->herald =
        herald_start(listeners, sizeof(listeners) / sizeof(listeners[0]), &why);
    if (!patrol->herald)
        fail(patrol, why.data);
    strbuf_release(&why);
    return patrol->herald != NULL;
}

static bool open_page(struct patrol *patrol, const struct plan *plan)
{
    struct strbuf why = STRBUF_INIT;
    bool is_open = status_page_open(patrol->page, plan, &why);

    if (!is_open)
        fail(patrol, why.data);
    strbuf_release(&why);
    return is_open;
}

static void log_plan(struct patrol *patrol, const char *event)
{
    const struct plan *plan = patrol->plan;
    struct log_line line;

    log_begin(&line, patrol->logger, LOG_LEVEL_INFO, event);
    log_text(&line, "plan", plan->file);
    log_number(&line, "endpoints", (int64_t)plan->endpoint_count);
    if (patrol->is_started)
        log_number(&line, "kept", (int64_t)tour_carried(patrol->tour));
    log_ms(&line, "every_ms", plan->schedule.every_ms * 1000);
    log_text(&line, "engine", patrol->request->engine);
    log_text(&line, "version", ROUNDS_VERSION);
    log_end(&line);
}

/* Whoever looks at the page sees the networks of the tour at hand. */
static struct engine_gauge *show_networks(struct patrol *patrol,
                                          const struct plan *plan)
{
    struct engine_gauge *before = patrol->gauges;

    patrol->gauges = xcalloc(plan->network_count, sizeof(*patrol->gauges));
    status_page_watch(patrol->page, plan, patrol->gauges);
    free(before);
    return patrol->gauges;
}

/* The plan becomes the herald's, the tour before goes. */
static void start_tour(struct patrol *patrol, struct plan *plan)
{
    struct tour *before = patrol->tour;
    int64_t now_us = clock_monotonic_us();
    const struct tour_options options = {
        .plan = plan,
        .schedule = { .start_us = now_us,
                      .wall_us = clock_wall_us(),
                      .align = plan->schedule.align,
                      .jitter_us = plan->schedule.jitter_ms * 1000,
                      .seed = patrol->seed,
                      .beat_most = patrol->request->round_most },
        .engine = patrol->request->engine,
        .loops = patrol->request->loops,
        .herald = patrol->herald,
        .logger = patrol->logger,
        .event = patrol->events,
        .gauges = show_networks(patrol, plan),
    };
    int64_t every_us = plan->schedule.every_ms * 1000;
    int64_t lead_us = schedule_lead_us(&options.schedule, every_us);
    struct strbuf why = STRBUF_INIT;

    patrol->tour = tour_create(&options, before);
    tour_destroy(before);
    herald_take_plan(patrol->herald, plan, now_us,
                     now_us + (lead_us ? lead_us : every_us));
    patrol->plan = plan;
    patrol->is_starting = true;
    if (!tour_start(patrol->tour, &why))
        fail(patrol, why.data);
    strbuf_release(&why);
}

static void tell_ready(struct patrol *patrol)
{
    struct strbuf status = STRBUF_INIT;

    log_plan(patrol, patrol->is_started ? "reload" : "start");
    strbuf_addf(&status, _("%zu endpoints"), patrol->plan->endpoint_count);
    notifier_tell_ready(patrol->notifier, status.data);
    strbuf_release(&status);
    patrol->is_starting = false;
    patrol->is_started = true;
}

/* SIGHUP. A plan with mistakes changes nothing. */
static void reload(struct patrol *patrol)
{
    struct strbuf why = STRBUF_INIT, warnings = STRBUF_INIT;
    struct plan *plan;

    notifier_tell_reloading(patrol->notifier, clock_monotonic_us());
    plan = plan_read(patrol->plan->file, &why, &warnings);
    log_lines(patrol, LOG_LEVEL_WARNING, "plan_warning", warnings.data);
    if (plan) {
        plan_destroy(patrol->next_plan);
        patrol->next_plan = plan;
        tour_stop(patrol->tour, STOP_SOON);
        patrol->cancel_at_us = clock_monotonic_us() + GRACE_US;
    } else {
        log_lines(patrol, LOG_LEVEL_ERROR, "plan_mistake", why.data);
        log_lines(patrol, LOG_LEVEL_ERROR, "reload_failed",
                  "the plan has mistakes; the one before stays");
        notifier_tell_ready(patrol->notifier,
                            _("The plan has mistakes; the one before stays"));
    }
    strbuf_release(&why);
    strbuf_release(&warnings);
}

/* As whoever sent it a second time wants it: the process dies of the signal. */
static void die(int number)
{
    sigset_t deadly;

    sigemptyset(&deadly);
    sigaddset(&deadly, number);
    (void)signal(number, SIG_DFL);
    (void)raise(number); /* it waits until it is let through */
    (void)pthread_sigmask(SIG_UNBLOCK, &deadly, NULL);
    _exit(128 + number);
}

static void stop(struct patrol *patrol, int number)
{
    struct log_line line;

    if (patrol->is_stopping)
        die(number);
    patrol->is_stopping = true;
    log_begin(&line, patrol->logger, LOG_LEVEL_INFO, "stop");
    log_text(&line, "signal", number == SIGINT ? "SIGINT" : "SIGTERM");
    log_end(&line);
    notifier_tell_stopping(patrol->notifier);
    tour_stop(patrol->tour, STOP_SOON);
    patrol->cancel_at_us = clock_monotonic_us() + GRACE_US;
}

static void take_signal(struct patrol *patrol)
{
    struct signalfd_siginfo signal;

    if (read(patrol->signals, &signal, sizeof(signal)) != sizeof(signal))
        return;
    if (signal.ssi_signo != SIGHUP)
        stop(patrol, (int)signal.ssi_signo);
    else if (!patrol->is_stopping)
        reload(patrol);
}

static void end_tour(struct patrol *patrol)
{
    struct plan *plan = patrol->next_plan;

    patrol->next_plan = NULL;
    if (!tour_join(patrol->tour)) {
        fail(patrol, "the engine could not be started");
        plan_destroy(plan);
    } else if (plan && !patrol->is_stopping) {
        patrol->cancel_at_us = 0;
        start_tour(patrol, plan);
    } else {
        patrol->is_over = true;
        plan_destroy(plan);
    }
}

static void take_event(struct patrol *patrol)
{
    uint64_t told;
    ssize_t got = read(patrol->events, &told, sizeof(told));

    (void)got; /* whatever it was, we look ourselves */
    if (patrol->is_starting && tour_has_started(patrol->tour))
        tell_ready(patrol);
    if (tour_has_ended(patrol->tour))
        end_tour(patrol);
}

/* Only while those who tell what is found are at work, too. */
static void feed_watchdog(struct patrol *patrol, int64_t now_us)
{
    if (!patrol->feed_every_us || now_us < patrol->feed_at_us)
        return;
    patrol->feed_at_us = now_us + patrol->feed_every_us;
    if (now_us - herald_seen_us(patrol->herald) <
        2 * patrol->feed_every_us + GRACE_US)
        notifier_feed_watchdog(patrol->notifier);
}

static void look_at_clock(struct patrol *patrol)
{
    int64_t now_us = clock_monotonic_us();

    feed_watchdog(patrol, now_us);
    if (!patrol->cancel_at_us || now_us < patrol->cancel_at_us)
        return;
    patrol->cancel_at_us = 0;
    tour_stop(patrol->tour, STOP_CANCEL);
}

static int wait_ms(const struct patrol *patrol)
{
    int64_t until_us = INT64_MAX, wait_us;

    if (patrol->feed_every_us)
        until_us = patrol->feed_at_us;
    if (patrol->cancel_at_us && patrol->cancel_at_us < until_us)
        until_us = patrol->cancel_at_us;
    if (until_us == INT64_MAX)
        return -1;
    wait_us = until_us - clock_monotonic_us();
    if (wait_us <= 0)
        return 0;
    return wait_us > INT64_C(60000000) ? 60000 : (int)(wait_us / 1000) + 1;
}

static void run(struct patrol *patrol, struct plan *plan)
{
    struct pollfd polled[] = { { patrol->signals, POLLIN, 0 },
                               { patrol->events, POLLIN, 0 } };

    start_tour(patrol, plan);
    while (!patrol->is_over) {
        look_at_clock(patrol);
        if (poll(polled, 2, wait_ms(patrol)) <= 0)
            continue;
        if (polled[0].revents)
            take_signal(patrol);
        if (polled[1].revents)
            take_event(patrol);
    }
}

/* From here on signals come through the descriptor alone, in all threads. */
static void hold_signals(struct patrol *patrol)
{
    sigset_t held;

    sigemptyset(&held);
    sigaddset(&held, SIGHUP);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &held, &patrol->mask);
    patrol->signals = signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void init(struct patrol *patrol, const struct patrol_request *request)
{
    *patrol = (struct patrol){
        .request = request,
        .logger = request->logger,
        .notifier = notifier_create(getenv("NOTIFY_SOCKET")),
        .log = log_listener_create(request->logger),
        .history = history_listener_create(request->logger),
        .alerter = alerter_create(request->logger),
        .feed_every_us = watchdog_interval_us(
            getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"), (int64_t)getpid()),
        .events = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
    };
    patrol->page = status_page_create(&(struct status_sources){
        .logger = request->logger,
        .engine = request->engine,
        .alerter = patrol->alerter,
        .history = patrol->history,
    });
    if (getrandom(&patrol->seed, sizeof(patrol->seed), GRND_NONBLOCK) < 0)
        patrol->seed = (uint64_t)clock_wall_us();
    hold_signals(patrol);
}

/* Nobody looks at the descriptor any more: a second signal is deadly now. */
static void let_signals_through(void)
{
    sigset_t deadly;

    sigemptyset(&deadly);
    sigaddset(&deadly, SIGINT);
    sigaddset(&deadly, SIGTERM);
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGTERM, SIG_DFL);
    (void)pthread_sigmask(SIG_UNBLOCK, &deadly, NULL);
}

/* What is left is told and stored, and so is how it ended. */
static void finish(struct patrol *patrol)
{
    struct log_line line;

    if (patrol->is_stopping)
        let_signals_through();
    herald_finish(patrol->herald);
    if (!history_listener_is_whole(patrol->history))
        fail(patrol, "some results are not in the history");
    log_begin(&line, patrol->logger, LOG_LEVEL_INFO, "end");
    log_end(&line);
}

static void release(struct patrol *patrol)
{
    status_page_destroy(patrol->page);
    free(patrol->gauges);
    alerter_destroy(patrol->alerter);
    history_listener_destroy(patrol->history);
    log_listener_destroy(patrol->log);
    notifier_destroy(patrol->notifier);
    if (patrol->events >= 0)
        (void)close(patrol->events); /* nothing of value is in them */
    if (patrol->signals >= 0)
        (void)close(patrol->signals);
    pthread_sigmask(SIG_SETMASK, &patrol->mask, NULL);
}

bool patrol_run(const struct patrol_request *request, struct plan *plan)
{
    struct patrol patrol;

    init(&patrol, request);
    if (patrol.events < 0 || patrol.signals < 0)
        fail(&patrol, "no file descriptor is left to wait with");
    else if (open_page(&patrol, plan) && start_herald(&patrol))
        run(&patrol, plan);
    if (!patrol.tour)
        plan_destroy(plan); /* nobody took it over */
    tour_destroy(patrol.tour);
    finish(&patrol);
    release(&patrol);
    return !patrol.has_failed;
}
