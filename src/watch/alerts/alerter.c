#include "alerter.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "message.h"
#include "outbox.h"
#include "sender.h"
#include "stamp.h"

#include "log/clock_step.h"

#include "rounds/clock.h"
#include "rounds/secrets.h"
#include "rounds/xalloc.h"

/* Where rounds are longer than this, what fails is not told at their end only.
 */
#define PATIENCE_US (INT64_C(60) * 1000 * 1000)
/* A file that cannot be written is told once a minute, not once a message. */
#define AGAIN_US PATIENCE_US
/* What is being delivered when the end comes. */
#define GRACE_US (INT64_C(500) * 1000)
#define A_MINUTE_US (INT64_C(61) * 1000 * 1000)

/*
 * All of it is for the thread that tells listeners, but for what senders use,
 * which stays as long as they do and does not mind: logger, outbox, secrets,
 * counters.
 */
struct alerter {
    struct logger *logger;
    const struct plan *plan; /* NULL: none yet */
    struct board *board;     /* NULL: no alerts */
    struct outbox *outbox;   /* it outlives the plan */
    atomic_llong told_us;    /* when it could not be written; 0: it could */
    struct clock_step clock;
    struct sender **senders; /* one an alert; some may be the same */
    struct sighting *sightings;
    size_t sighting_count;
    size_t sighting_capacity;
    int64_t waiting_since_us; /* monotonic, of the oldest sighting */
    atomic_size_t waiting;    /* messages, with their senders */
    atomic_ullong delivered;
    atomic_ullong failures;
};

static void log_trouble(const struct alerter *alerter, enum log_level level,
                        const char *event, const char *text)
{
    struct log_line line;

    log_begin(&line, alerter->logger, level, event);
    log_text(&line, "message", text);
    log_end(&line);
}

/* The plan's history could not be used. Any thread. */
static void complain_of_outbox(struct alerter *alerter,
                               const struct strbuf *why)
{
    int64_t now_us = clock_monotonic_us();
    long long told_us = atomic_load(&alerter->told_us);

    if (told_us && now_us - told_us < AGAIN_US)
        return;
    atomic_store(&alerter->told_us, now_us);
    log_trouble(alerter, LOG_LEVEL_ERROR, "alert_not_stored", why->data);
}

static void add_hidden(struct log_line *line, const struct plan *plan,
                       const char *name, const char *text)
{
    struct strbuf hidden = STRBUF_INIT;

    secrets_hide(plan->secrets, text, strlen(text), &hidden);
    log_text(line, name, hidden.data);
    strbuf_release(&hidden);
}

static void begin_line(struct log_line *line, const struct alerter *alerter,
                       enum log_level level, const char *event,
                       const struct message *message)
{
    log_begin(line, alerter->logger, level, event);
    add_hidden(line, alerter->plan, "alert", message->alert->name);
    add_hidden(line, alerter->plan, "title", message->title);
    log_text(line, "id", message->id);
}

/* In a sender's thread. */
static void note_delivered(void *context, const struct message *message)
{
    struct alerter *alerter = context;
    struct strbuf why = STRBUF_INIT;
    struct log_line line;

    atomic_fetch_sub(&alerter->waiting, 1);
    atomic_fetch_add(&alerter->delivered, 1);
    if (!outbox_note_delivered(alerter->outbox, message, clock_wall_us(), &why))
        complain_of_outbox(alerter, &why);
    begin_line(&line, alerter, LOG_LEVEL_INFO, "alert", message);
    log_number(&line, "attempts", message->attempts + 1);
    log_end(&line);
    strbuf_release(&why);
}

/* In a sender's thread. */
static void note_failed(void *context, const struct message *message,
                        const char *why, int64_t delay_ms)
{
    struct alerter *alerter = context;
    struct log_line line;

    atomic_fetch_add(&alerter->failures, 1);
    begin_line(&line, alerter, LOG_LEVEL_WARNING, "alert_failed", message);
    add_hidden(&line, alerter->plan, "message", why);
    log_number(&line, "attempts", message->attempts);
    log_number(&line, "again_ms", delay_ms);
    log_end(&line);
}

/* Whoever has the same address has the same robot, which counts for itself. */
static bool is_same_robot(const struct alert *a, const struct alert *b)
{
    return a->type == b->type && a->url && b->url &&
           strcmp(a->url, b->url) == 0;
}

static size_t first_of_robot(const struct plan *plan, size_t alert)
{
    size_t first = 0;

    while (first < alert &&
           !is_same_robot(&plan->alerts[first], &plan->alerts[alert]))
        first++;
    return first;
}

static int by_time(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

/* A robot does not forget what it was sent because we were started anew. */
static void load_pace(const struct alerter *alerter, size_t alert,
                      struct pace *pace)
{
    const struct plan *plan = alerter->plan;
    int64_t moments_us[2 * PACE_MOST];
    int64_t wall_us = clock_wall_us(), now_us = clock_monotonic_us();
    size_t count = 0;

    pace_init(pace, plan->alerts[alert].type);
    for (size_t i = alert; i < plan->alert_count; i++) {
        if (first_of_robot(plan, i) != alert)
            continue;
        if (count > PACE_MOST)
            count = PACE_MOST;
        count += outbox_load_delivered(alerter->outbox, &plan->alerts[i],
                                       wall_us - A_MINUTE_US,
                                       moments_us + count, PACE_MOST);
        qsort(moments_us, count, sizeof(*moments_us), by_time);
    }
    /* Where the clock was set back since, what lies ahead has only just been. */
    for (size_t i = 0; i < count; i++)
        pace_note(pace, moments_us[i] < wall_us
                            ? now_us - (wall_us - moments_us[i])
                            : now_us);
}

static void start_sender(struct alerter *alerter, size_t alert)
{
    const struct sender_listener listener = { alerter, note_delivered,
                                              note_failed };
    size_t first = first_of_robot(alerter->plan, alert);
    struct strbuf why = STRBUF_INIT;
    struct pace pace;

    if (first < alert) {
        alerter->senders[alert] = alerter->senders[first];
        return;
    }
    load_pace(alerter, alert, &pace);
    alerter->senders[alert] = sender_start(&pace, &listener, &why);
    if (!alerter->senders[alert])
        log_trouble(alerter, LOG_LEVEL_ERROR, "alert_not_started", why.data);
    strbuf_release(&why);
}

static void take_message(struct alerter *alerter, size_t alert,
                         struct message *message)
{
    if (!alerter->senders[alert]) {
        message_destroy(message);
        return;
    }
    atomic_fetch_add(&alerter->waiting, 1); /* first: it may be quick */
    sender_take(alerter->senders[alert], message);
}

/* It is told anew, as things stand then: first that is stored, then it goes. */
static void take_back(struct alerter *alerter, size_t alert,
                      const struct message *message)
{
    struct strbuf why = STRBUF_INIT;

    board_untold(alerter->board, alert, message->created_us);
    if (!outbox_store(alerter->outbox, alerter->plan, alerter->board, NULL, 0,
                      &why) ||
        !outbox_drop(alerter->outbox, message, &why))
        complain_of_outbox(alerter, &why);
    strbuf_release(&why);
}

static void load_messages(struct alerter *alerter, size_t alert)
{
    struct message **messages;
    size_t count = outbox_load_messages(
        alerter->outbox, &alerter->plan->alerts[alert], &messages);

    for (size_t i = 0; i < count; i++) {
        if (message_fits(messages[i])) {
            take_message(alerter, alert, messages[i]);
        } else {
            take_back(alerter, alert, messages[i]);
            message_destroy(messages[i]);
        }
    }
    free(messages);
}

static void start_senders(struct alerter *alerter)
{
    size_t count = alerter->plan->alert_count;

    alerter->senders = xcalloc(count, sizeof(struct sender *));
    for (size_t i = 0; i < count; i++)
        start_sender(alerter, i);
    for (size_t i = 0; i < count; i++)
        load_messages(alerter, i);
}

static void stop_senders(struct alerter *alerter)
{
    int64_t until_us = clock_monotonic_us() + GRACE_US;
    size_t count = alerter->plan->alert_count;

    for (size_t i = 0; i < count; i++)
        if (alerter->senders[i])
            sender_hasten(alerter->senders[i], until_us);
    for (size_t i = 0; i < count; i++)
        if (first_of_robot(alerter->plan, i) == i)
            sender_finish(alerter->senders[i]);
    atomic_store(&alerter->waiting, 0);
    free(alerter->senders);
    alerter->senders = NULL;
}

/* With a file that cannot be used alerts are told all the same. */
static void open_outbox(struct alerter *alerter)
{
    const char *file = alerter->plan->history.file;
    struct strbuf why = STRBUF_INIT;

    alerter->outbox = outbox_open(file, &why);
    if (!alerter->outbox && file) {
        complain_of_outbox(alerter, &why);
        alerter->outbox = outbox_open(NULL, &why);
    }
    strbuf_release(&why);
}

static void close_outbox(struct alerter *alerter)
{
    outbox_close(alerter->outbox);
    alerter->outbox = NULL;
}

static void warn_of_memory(struct alerter *alerter)
{
    if (!alerter->plan->history.file)
        log_trouble(alerter, LOG_LEVEL_WARNING, "alerts_in_memory",
                    "the plan has no history: alerts that are not delivered "
                    "when rounds ends are lost");
}

static struct board *load_board(struct alerter *alerter, struct outbox *outbox)
{
    struct board *board = board_create(alerter->plan);
    struct strbuf why = STRBUF_INIT;

    if (!outbox_load_board(outbox, alerter->plan, board, &why))
        complain_of_outbox(alerter, &why);
    strbuf_release(&why);
    return board;
}

static void carry_messages(struct alerter *alerter, struct outbox *before)
{
    struct message **messages;
    struct strbuf why = STRBUF_INIT;

    for (size_t i = 0; i < alerter->plan->alert_count; i++) {
        size_t count =
            outbox_load_messages(before, &alerter->plan->alerts[i], &messages);

        if (!outbox_store(alerter->outbox, alerter->plan, alerter->board,
                          messages, count, &why))
            complain_of_outbox(alerter, &why);
        for (size_t k = 0; k < count; k++)
            message_destroy(messages[k]);
        free(messages);
    }
    strbuf_release(&why);
}

/*
 * What was told is known, and what waits goes on waiting, wherever it is kept
 * from now on: what another file may say of an earlier time is out of date.
 */
static void change_outbox(struct alerter *alerter)
{
    struct outbox *before = alerter->outbox;

    open_outbox(alerter);
    if (!alerter->outbox) {
        outbox_close(before);
        return;
    }
    alerter->board = load_board(alerter, alerter->outbox);
    if (!before)
        return;
    board_destroy(alerter->board);
    alerter->board = load_board(alerter, before);
    carry_messages(alerter, before);
    outbox_close(before);
}

static void tidy_outbox(struct alerter *alerter)
{
    int64_t keep_us = alerter->plan->history.keep_ms * 1000;
    size_t orphans =
        outbox_tidy(alerter->outbox, alerter->plan, clock_wall_us() - keep_us);
    struct log_line line;

    if (!orphans)
        return;
    log_begin(&line, alerter->logger, LOG_LEVEL_WARNING, "alerts_given_up");
    log_number(&line, "count", (int64_t)orphans);
    log_text(&line, "message", "the plan has their alert no more");
    log_end(&line);
}

static void end_plan(struct alerter *alerter)
{
    if (alerter->board)
        stop_senders(alerter);
    board_destroy(alerter->board);
    alerter->board = NULL;
}

static void begin_plan(struct alerter *alerter)
{
    warn_of_memory(alerter);
    if (alerter->outbox &&
        outbox_is_in(alerter->outbox, alerter->plan->history.file))
        alerter->board = load_board(alerter, alerter->outbox);
    else
        change_outbox(alerter);
    if (!alerter->board)
        return;
    board_keep_before(alerter->board, clock_wall_us());
    tidy_outbox(alerter);
    start_senders(alerter);
}

static void take_plan(void *context, const struct plan *plan)
{
    struct alerter *alerter = context;

    end_plan(alerter);
    alerter->plan = plan;
    if (plan->alert_count)
        begin_plan(alerter);
    else
        close_outbox(alerter);
}

static char *hide(const struct plan *plan, const char *text)
{
    struct strbuf hidden = STRBUF_INIT;

    if (!text)
        return NULL;
    secrets_hide(plan->secrets, text, strlen(text), &hidden);
    return strbuf_detach(&hidden);
}

/* Monotonic. When the first of several attempts began, only the other clock
 * tells. */
static int64_t began_us(const struct result *result)
{
    int64_t now_us = clock_monotonic_us();
    int64_t at_us = result->started_at_us - (clock_wall_us() - now_us);

    if (result->attempts == 1)
        return result->began_us;
    return result->started_at_us && at_us < now_us ? at_us : now_us;
}

static void take_finding(void *context, const struct finding *finding)
{
    struct alerter *alerter = context;
    const struct result *result = finding->result;

    if (!alerter->board)
        return;
    if (!alerter->sighting_count)
        alerter->waiting_since_us = clock_monotonic_us();
    alerter->sightings =
        xgrow(alerter->sightings, alerter->sighting_count,
              &alerter->sighting_capacity, sizeof(*alerter->sightings));
    alerter->sightings[alerter->sighting_count++] = (struct sighting){
        .endpoint = result->index,
        .outcome = result->outcome,
        .reason = result->reason,
        .status = result->status,
        .shows_life = outcome_shows_life(result->outcome, result->reason,
                                         result->connection_reused),
        .at_us = began_us(result),
        .message = hide(finding->plan, result->message),
    };
}

static void hide_secrets(const struct plan *plan, struct message *message)
{
    char *title = hide(plan, message->title);
    char *text = hide(plan, message->text);

    free(message->title);
    free(message->text);
    message->title = title;
    message->text = text;
}

static struct message *make_message(struct alerter *alerter, size_t alert,
                                    const struct news *items, size_t count,
                                    int64_t now_us)
{
    char id[MESSAGE_ID_BYTES];
    struct strbuf at = STRBUF_INIT;
    struct bulletin bulletin = {
        .alert = &alerter->plan->alerts[alert],
        .plan_file = alerter->plan->file,
        .id = id,
        .items = items,
        .count = count,
        .doubt_news = board_doubt_news(alerter->board, alert, now_us),
        .doubt = board_doubt(alerter->board),
        .at_us = now_us,
    };
    struct message *message = NULL;

    stamp_id(id);
    stamp_add_time(&at, now_us);
    bulletin.at_text = at.data;
    if (count || bulletin.doubt_news != DOUBT_NEWS_NONE)
        message = message_create(&bulletin);
    if (message)
        hide_secrets(alerter->plan, message);
    strbuf_release(&at);
    return message;
}

/* While it may not speak, what there is to say stays on the board, and is said
 * as it stands then. */
static bool is_held(const struct alerter *alerter, size_t alert, int64_t now_us)
{
    const struct alert *rule = &alerter->plan->alerts[alert];

    return stamp_is_quiet(rule, now_us) || !alerter->senders[alert] ||
           sender_is_behind(alerter->senders[alert], rule);
}

/* What the alert has to tell now; NULL: nothing. */
static struct message *compose(struct alerter *alerter, size_t alert,
                               int64_t now_us)
{
    struct message *message;
    struct news *items;
    size_t count;

    if (is_held(alerter, alert, now_us))
        return NULL;
    count = board_news(alerter->board, alert, now_us, &items);
    message = make_message(alerter, alert, items, count, now_us);
    if (message)
        board_told(alerter->board, alert, now_us);
    free(items);
    return message;
}

/* First stored, then sent: what was told is known whatever happens between. */
static void tell(struct alerter *alerter)
{
    size_t alert_count = alerter->plan->alert_count;
    struct message **messages = xcalloc(alert_count, sizeof(struct message *));
    struct message **stored = xcalloc(alert_count, sizeof(struct message *));
    int64_t now_us = clock_wall_us();
    struct strbuf why = STRBUF_INIT;
    size_t count = 0;

    for (size_t i = 0; i < alert_count; i++) {
        messages[i] = compose(alerter, i, now_us);
        if (messages[i])
            stored[count++] = messages[i];
    }
    if (!outbox_store(alerter->outbox, alerter->plan, alerter->board, stored,
                      count, &why))
        complain_of_outbox(alerter, &why);
    for (size_t i = 0; i < alert_count; i++)
        if (messages[i])
            take_message(alerter, i, messages[i]);
    strbuf_release(&why);
    free(messages);
    free(stored);
}

/* What was so long ago still is, when the clock is set. */
static void follow_clock(struct alerter *alerter)
{
    int64_t by_us =
        clock_step_take(&alerter->clock, clock_boot_us(), clock_wall_us());

    if (!by_us || !alerter->board)
        return;
    board_move_clock(alerter->board, by_us);
    outbox_move_clock(alerter->outbox, by_us);
}

/* By the monotonic clock until here: the other one may have been set. */
static void date_sightings(struct alerter *alerter)
{
    int64_t ahead_us = clock_wall_us() - clock_monotonic_us();

    for (size_t i = 0; i < alerter->sighting_count; i++)
        alerter->sightings[i].at_us += ahead_us;
}

static void judge(struct alerter *alerter)
{
    follow_clock(alerter);
    date_sightings(alerter);
    board_take(alerter->board, alerter->sightings, alerter->sighting_count,
               clock_wall_us());
    alerter->sighting_count = 0;
    tell(alerter);
}

static void take_round(void *context, const struct patrol_round *round)
{
    struct alerter *alerter = context;

    (void)round;
    if (alerter->board)
        judge(alerter);
}

static void take_tick(void *context)
{
    struct alerter *alerter = context;

    follow_clock(alerter);
    if (alerter->board && alerter->sighting_count &&
        clock_monotonic_us() - alerter->waiting_since_us >= PATIENCE_US)
        judge(alerter);
}

static void take_end(void *context)
{
    end_plan(context);
    close_outbox(context);
}

struct alerter *alerter_create(struct logger *logger)
{
    struct alerter *alerter = xcalloc(1, sizeof(*alerter));

    alerter->logger = logger;
    return alerter;
}

struct patrol_listener alerter_listener(struct alerter *alerter)
{
    return (struct patrol_listener){ .context = alerter,
                                     .on_plan = take_plan,
                                     .on_finding = take_finding,
                                     .on_round = take_round,
                                     .on_tick = take_tick,
                                     .on_end = take_end };
}

struct alerter_figures alerter_figures(const struct alerter *alerter)
{
    return (struct alerter_figures){
        .waiting = atomic_load(&alerter->waiting),
        .delivered = atomic_load(&alerter->delivered),
        .failures = atomic_load(&alerter->failures),
    };
}

void alerter_destroy(struct alerter *alerter)
{
    if (!alerter)
        return;
    for (size_t i = 0; i < alerter->sighting_count; i++)
        free(alerter->sightings[i].message);
    free(alerter->sightings);
    free(alerter);
}
