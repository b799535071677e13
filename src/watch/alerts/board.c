#include "board.h"

#include <stdlib.h>

#include "rounds/xalloc.h"

/* Why an endpoint failed the last time. */
struct failure {
    enum outcome outcome;
    enum reason reason;
    int status;
    char *message;
};

struct board {
    const struct plan *plan;
    struct standing *standings; /* endpoints of the first alert, and so on */
    struct failure *failures;   /* one an endpoint */
    int64_t *told_doubt_us;     /* one an alert; 0: not told */
    bool *is_silent;            /* one an endpoint: its last result was so */
    struct doubt doubt;
};

struct board *board_create(const struct plan *plan)
{
    struct board *board = xcalloc(1, sizeof(*board));

    board->plan = plan;
    board->standings = xcalloc(plan->alert_count * plan->endpoint_count,
                               sizeof(*board->standings));
    board->failures = xcalloc(plan->endpoint_count, sizeof(*board->failures));
    board->told_doubt_us =
        xcalloc(plan->alert_count, sizeof(*board->told_doubt_us));
    board->is_silent = xcalloc(plan->endpoint_count, sizeof(*board->is_silent));
    return board;
}

void board_destroy(struct board *board)
{
    if (!board)
        return;
    for (size_t i = 0; i < board->plan->endpoint_count; i++)
        free(board->failures[i].message);
    free(board->standings);
    free(board->failures);
    free(board->told_doubt_us);
    free(board->is_silent);
    free(board);
}

struct standing *board_standing(struct board *board, size_t alert,
                                size_t endpoint)
{
    return &board->standings[alert * board->plan->endpoint_count + endpoint];
}

static bool is_telling(const struct sighting *sighting)
{
    return sighting->outcome != OUTCOME_UNKNOWN &&
           sighting->outcome != OUTCOME_SKIPPED;
}

static bool is_in_doubt(struct board *board, const struct sighting *sightings,
                        size_t count, int64_t now_us)
{
    struct round_view view = { .ended_at_us = now_us };

    for (size_t i = 0; i < count; i++) {
        size_t endpoint = sightings[i].endpoint;

        if (!is_telling(&sightings[i]))
            continue;
        round_view_add(&view, board->plan->endpoints[endpoint].origin,
                       sightings[i].shows_life, board->is_silent[endpoint]);
        board->is_silent[endpoint] = !sightings[i].shows_life;
    }
    return doubt_take(&board->doubt, &view);
}

static void keep_failure(struct board *board, struct sighting *sighting)
{
    struct failure *failure = &board->failures[sighting->endpoint];

    free(failure->message);
    *failure = (struct failure){ sighting->outcome, sighting->reason,
                                 sighting->status, sighting->message };
    sighting->message = NULL;
}

static void take_sighting(struct board *board, struct sighting *sighting)
{
    const struct plan *plan = board->plan;
    const struct endpoint *endpoint = &plan->endpoints[sighting->endpoint];

    for (size_t i = 0; i < plan->alert_count; i++)
        if (alert_covers(&plan->alerts[i], endpoint))
            standing_take(board_standing(board, i, sighting->endpoint),
                          &plan->alerts[i],
                          alert_verdict(&plan->alerts[i], sighting->outcome,
                                        sighting->reason),
                          sighting->at_us);
    if (is_telling(sighting) && sighting->outcome != OUTCOME_HEALTHY)
        keep_failure(board, sighting);
}

void board_take(struct board *board, struct sighting *sightings, size_t count,
                int64_t now_us)
{
    bool is_doubted = is_in_doubt(board, sightings, count, now_us);

    for (size_t i = 0; i < count; i++) {
        if (!is_doubted)
            take_sighting(board, &sightings[i]);
        free(sightings[i].message);
        sightings[i].message = NULL;
    }
}

static int64_t span_us(int64_t from_us, int64_t until_us)
{
    return until_us > from_us ? until_us - from_us : 0;
}

static void fill_news(const struct board *board,
                      const struct standing *standing, size_t number,
                      int64_t now_us, struct news *news)
{
    const struct endpoint *endpoint = &board->plan->endpoints[number];
    const struct failure *failure = &board->failures[number];
    bool is_over = standing->position == POSITION_UP;

    news->endpoint = endpoint;
    news->network = board->plan->networks[endpoint->network].name;
    news->outcome = failure->outcome;
    news->reason = failure->reason;
    news->status = failure->status;
    news->message = failure->message;
    news->since_us = is_over ? standing->up_since_us : standing->down_since_us;
    news->lasted_us = span_us(standing->down_since_us,
                              is_over ? standing->up_since_us : now_us);
    news->times =
        news->kind == NEWS_FLAPPING ? standing->changes : standing->missed;
}

size_t board_news(const struct board *board, size_t alert, int64_t now_us,
                  struct news **items)
{
    const struct plan *plan = board->plan;
    const struct standing *standings =
        &board->standings[alert * plan->endpoint_count];
    size_t count = 0, capacity = 0;

    *items = NULL;
    for (size_t i = 0; i < plan->endpoint_count; i++) {
        struct news news = { .kind = standing_news(
                                 &standings[i], &plan->alerts[alert], now_us) };

        if (news.kind == NEWS_NONE)
            continue;
        fill_news(board, &standings[i], i, now_us, &news);
        *items = xgrow(*items, count, &capacity, sizeof(news));
        (*items)[count++] = news;
    }
    return count;
}

enum doubt_news board_doubt_news(const struct board *board, size_t alert,
                                 int64_t now_us)
{
    int64_t told_us = board->told_doubt_us[alert];
    const struct alert *rule = &board->plan->alerts[alert];

    if (!board->doubt.is_there)
        return told_us && board->doubt.answered_us ? DOUBT_NEWS_ENDED
                                                   : DOUBT_NEWS_NONE;
    if (!told_us)
        return board->doubt.rounds >= rule->failures ? DOUBT_NEWS_BEGUN
                                                     : DOUBT_NEWS_NONE;
    return rule->remind_ms && span_us(told_us, now_us) >= rule->remind_ms * 1000
               ? DOUBT_NEWS_BEGUN
               : DOUBT_NEWS_NONE;
}

int64_t *board_told_doubt(struct board *board, size_t alert)
{
    return &board->told_doubt_us[alert];
}

const struct doubt *board_doubt(const struct board *board)
{
    return &board->doubt;
}

void board_told(struct board *board, size_t alert, int64_t now_us)
{
    const struct plan *plan = board->plan;
    enum doubt_news doubt = board_doubt_news(board, alert, now_us);

    if (doubt != DOUBT_NEWS_NONE)
        board->told_doubt_us[alert] = doubt == DOUBT_NEWS_BEGUN ? now_us : 0;
    for (size_t i = 0; i < plan->endpoint_count; i++) {
        struct standing *standing = board_standing(board, alert, i);
        enum news_kind news =
            standing_news(standing, &plan->alerts[alert], now_us);

        if (news != NEWS_NONE)
            standing_told(standing, news, now_us);
    }
}

void board_untold(struct board *board, size_t alert, int64_t told_us)
{
    if (board->told_doubt_us[alert] == told_us)
        board->told_doubt_us[alert] = 0;
    for (size_t i = 0; i < board->plan->endpoint_count; i++) {
        struct standing *standing = board_standing(board, alert, i);

        if (standing->told_at_us == told_us)
            standing_untold(standing);
    }
}

static void move(int64_t *moment_us, int64_t by_us)
{
    if (*moment_us)
        *moment_us += by_us;
}

void board_move_clock(struct board *board, int64_t by_us)
{
    const struct plan *plan = board->plan;

    for (size_t i = 0; i < plan->alert_count * plan->endpoint_count; i++)
        standing_move_clock(&board->standings[i], by_us);
    for (size_t i = 0; i < plan->alert_count; i++)
        move(&board->told_doubt_us[i], by_us);
    move(&board->doubt.since_us, by_us);
    move(&board->doubt.answered_us, by_us);
}

void board_keep_before(struct board *board, int64_t now_us)
{
    const struct plan *plan = board->plan;

    for (size_t i = 0; i < plan->alert_count * plan->endpoint_count; i++)
        standing_keep_before(&board->standings[i], now_us);
    for (size_t i = 0; i < plan->alert_count; i++)
        if (board->told_doubt_us[i] > now_us)
            board->told_doubt_us[i] = now_us;
}
