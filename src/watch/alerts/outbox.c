#include "outbox.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "history/database.h"
#include "history/names.h"
#include "history/record.h"
#include "history/schema.h"

#include "rounds/xalloc.h"

struct delivery {
    char id[MESSAGE_ID_BYTES];
    int64_t at_us;
};

/* The lock guards all of it: the database is for one thread at a time. */
struct outbox {
    pthread_mutex_t lock;
    struct database *database;
    struct stat status;       /* of its file; all zero: in memory */
    struct standing *stored;  /* as the database has them, like a board's */
    struct delivery *unnoted; /* delivered, which is not stored yet */
    size_t unnoted_count;
    size_t unnoted_capacity;
};

struct outbox *outbox_open(const char *file, struct strbuf *why)
{
    struct outbox *outbox = xcalloc(1, sizeof(*outbox));
    struct words words;

    outbox->database =
        schema_open(file ? file : ":memory:", DATABASE_WRITE, &words, why);
    if (!outbox->database) {
        free(outbox);
        return NULL;
    }
    (void)pthread_mutex_init(&outbox->lock, NULL); /* cannot fail on Linux */
    if (file && stat(file, &outbox->status))
        outbox->status = (struct stat){ 0 }; /* it has just been taken away */
    return outbox;
}

bool outbox_is_in(const struct outbox *outbox, const char *file)
{
    struct stat status = { 0 };

    if (file && stat(file, &status))
        return false;
    return status.st_dev == outbox->status.st_dev &&
           status.st_ino == outbox->status.st_ino;
}

void outbox_close(struct outbox *outbox)
{
    if (!outbox)
        return;
    database_close(outbox->database);
    (void)pthread_mutex_destroy(&outbox->lock);
    free(outbox->unnoted);
    free(outbox->stored);
    free(outbox);
}

static size_t standing_count(const struct plan *plan)
{
    return plan->alert_count * plan->endpoint_count;
}

static void read_standing(struct statement *row, struct standing *standing)
{
    standing->position = (enum position)statement_integer(row, 1);
    standing->told = (enum position)statement_integer(row, 2);
    standing->contrary = (unsigned)statement_integer(row, 3);
    standing->contrary_since_us = statement_integer(row, 4);
    standing->down_since_us = statement_integer(row, 5);
    standing->up_since_us = statement_integer(row, 6);
    standing->changed_at_us = statement_integer(row, 7);
    standing->changes = (unsigned)statement_integer(row, 8);
    standing->is_flapping = statement_integer(row, 9) != 0;
    standing->missed = (unsigned)statement_integer(row, 10);
    standing->told_at_us = statement_integer(row, 11);
}

static void load_standings(struct outbox *outbox, const struct plan *plan,
                           const struct names *names, size_t alert,
                           struct board *board)
{
    struct statement *rows = statement_create(
        outbox->database,
        "SELECT endpoint, position, told, contrary, contrary_since_us,"
        " down_since_us, up_since_us, changed_at_us, changes, is_flapping,"
        " missed, told_at_us FROM standing WHERE alert = ?");

    statement_set_text(rows, 1, plan->alerts[alert].name);
    while (statement_next(rows)) {
        ptrdiff_t at = names_find(names, statement_text(rows, 0));

        if (at != NAMES_NONE)
            read_standing(rows, board_standing(board, alert, (size_t)at));
    }
    statement_destroy(rows);
}

static void load_doubt(struct outbox *outbox, const struct plan *plan,
                       size_t alert, struct board *board)
{
    struct statement *row = statement_create(
        outbox->database, "SELECT at_us FROM told_doubt WHERE alert = ?");

    statement_set_text(row, 1, plan->alerts[alert].name);
    if (statement_next(row))
        *board_told_doubt(board, alert) = statement_integer(row, 0);
    statement_destroy(row);
}

static void remember_stored(struct outbox *outbox, const struct plan *plan,
                            struct board *board)
{
    free(outbox->stored);
    outbox->stored = xcalloc(standing_count(plan), sizeof(*outbox->stored));
    if (standing_count(plan))
        memcpy(outbox->stored, board_standing(board, 0, 0),
               standing_count(plan) * sizeof(*outbox->stored));
}

bool outbox_load_board(struct outbox *outbox, const struct plan *plan,
                       struct board *board, struct strbuf *why)
{
    struct names names;
    bool is_loaded;

    names_init(&names, plan);
    (void)pthread_mutex_lock(&outbox->lock);
    database_begin_reading(outbox->database);
    for (size_t i = 0; i < plan->alert_count; i++) {
        load_standings(outbox, plan, &names, i, board);
        load_doubt(outbox, plan, i, board);
    }
    is_loaded = database_commit(outbox->database, why);
    remember_stored(outbox, plan, board);
    (void)pthread_mutex_unlock(&outbox->lock);
    names_release(&names);
    return is_loaded;
}

/* With the lock held. */
static bool is_unnoted(const struct outbox *outbox, const char *id)
{
    for (size_t i = 0; i < outbox->unnoted_count; i++)
        if (strcmp(outbox->unnoted[i].id, id) == 0)
            return true;
    return false;
}

size_t outbox_load_messages(struct outbox *outbox, const struct alert *alert,
                            struct message ***messages)
{
    struct statement *rows;
    size_t count = 0, capacity = 0;

    *messages = NULL;
    (void)pthread_mutex_lock(&outbox->lock);
    database_begin_reading(outbox->database);
    rows = statement_create(
        outbox->database,
        "SELECT id, created_us, title, text, made_for FROM message"
        " WHERE alert = ? AND delivered_us IS NULL ORDER BY created_us");
    statement_set_text(rows, 1, alert->name);
    while (statement_next(rows)) {
        if (is_unnoted(outbox, statement_text(rows, 0)))
            continue;
        *messages =
            xgrow(*messages, count, &capacity, sizeof(struct message *));
        (*messages)[count] = message_restore(
            alert, statement_text(rows, 0), statement_integer(rows, 1),
            statement_text(rows, 2), statement_text(rows, 3));
        (*messages)[count++]->made_for = statement_integer(rows, 4);
    }
    statement_destroy(rows);
    /* What could not be read is read at the next start. */
    (void)database_commit(outbox->database, NULL);
    (void)pthread_mutex_unlock(&outbox->lock);
    return count;
}

size_t outbox_load_delivered(struct outbox *outbox, const struct alert *alert,
                             int64_t since_us, int64_t *moments_us, size_t most)
{
    struct statement *rows;
    size_t count = 0;

    (void)pthread_mutex_lock(&outbox->lock);
    database_begin_reading(outbox->database);
    rows = statement_create(outbox->database,
                            "SELECT delivered_us FROM message"
                            " WHERE alert = ? AND delivered_us > ?"
                            " ORDER BY delivered_us");
    statement_set_text(rows, 1, alert->name);
    statement_set_integer(rows, 2, since_us);
    while (count < most && statement_next(rows))
        moments_us[count++] = statement_integer(rows, 0);
    statement_destroy(rows);
    (void)database_commit(outbox->database, NULL); /* it only read */
    (void)pthread_mutex_unlock(&outbox->lock);
    return count;
}

/* The statements of outbox_store(), each prepared once. */
struct storing {
    struct outbox *outbox;
    const struct plan *plan;
    struct statement *put;
    struct statement *drop;
    struct statement *message;
    struct statement *doubt;
};

static void begin_storing(struct storing *storing, struct outbox *outbox,
                          const struct plan *plan)
{
    struct database *database = outbox->database;

    database_begin(database);
    storing->outbox = outbox;
    storing->plan = plan;
    storing->put =
        statement_create(database, "INSERT OR REPLACE INTO standing VALUES"
                                   " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    storing->drop = statement_create(
        database, "DELETE FROM standing WHERE alert = ? AND endpoint = ?");
    storing->message = statement_create(
        database, "INSERT INTO message VALUES (?, ?, ?, ?, ?, NULL, ?)");
    storing->doubt = statement_create(
        database, "INSERT OR REPLACE INTO told_doubt VALUES (?, ?)");
}

static bool end_storing(struct storing *storing, struct strbuf *why)
{
    statement_destroy(storing->put);
    statement_destroy(storing->drop);
    statement_destroy(storing->message);
    statement_destroy(storing->doubt);
    return database_commit(storing->outbox->database, why);
}

static void put_standing(struct statement *put, const char *alert,
                         const char *endpoint, const struct standing *standing)
{
    statement_set_text(put, 1, alert);
    statement_set_text(put, 2, endpoint);
    statement_set_integer(put, 3, standing->position);
    statement_set_integer(put, 4, standing->told);
    statement_set_integer(put, 5, standing->contrary);
    statement_set_integer(put, 6, standing->contrary_since_us);
    statement_set_integer(put, 7, standing->down_since_us);
    statement_set_integer(put, 8, standing->up_since_us);
    statement_set_integer(put, 9, standing->changed_at_us);
    statement_set_integer(put, 10, standing->changes);
    statement_set_integer(put, 11, standing->is_flapping);
    statement_set_integer(put, 12, standing->missed);
    statement_set_integer(put, 13, standing->told_at_us);
    statement_run(put);
}

static void drop_standing(struct statement *drop, const char *alert,
                          const char *endpoint)
{
    statement_set_text(drop, 1, alert);
    statement_set_text(drop, 2, endpoint);
    statement_run(drop);
}

/* Field by field: what lies between them may differ where they do not. */
static bool is_same(const struct standing *a, const struct standing *b)
{
    return a->position == b->position && a->told == b->told &&
           a->contrary == b->contrary &&
           a->contrary_since_us == b->contrary_since_us &&
           a->down_since_us == b->down_since_us &&
           a->up_since_us == b->up_since_us &&
           a->changed_at_us == b->changed_at_us && a->changes == b->changes &&
           a->is_flapping == b->is_flapping && a->missed == b->missed &&
           a->told_at_us == b->told_at_us;
}

static void store_standing(struct storing *storing, size_t alert,
                           size_t endpoint, const struct standing *standing)
{
    const struct plan *plan = storing->plan;
    const struct standing *stored =
        &storing->outbox->stored[alert * plan->endpoint_count + endpoint];
    char *name;

    if (is_same(standing, stored) ||
        (standing_is_plain(standing) && standing_is_plain(stored)))
        return;
    name = record_name(plan, plan->endpoints[endpoint].name);
    if (standing_is_plain(standing))
        drop_standing(storing->drop, plan->alerts[alert].name, name);
    else
        put_standing(storing->put, plan->alerts[alert].name, name, standing);
    free(name);
}

static void store_board(struct storing *storing, struct board *board)
{
    const struct plan *plan = storing->plan;

    for (size_t i = 0; i < plan->alert_count; i++) {
        for (size_t k = 0; k < plan->endpoint_count; k++)
            store_standing(storing, i, k, board_standing(board, i, k));
        statement_set_text(storing->doubt, 1, plan->alerts[i].name);
        statement_set_integer(storing->doubt, 2, *board_told_doubt(board, i));
        statement_run(storing->doubt);
    }
}

static void store_message(struct storing *storing,
                          const struct message *message)
{
    statement_set_text(storing->message, 1, message->id);
    statement_set_text(storing->message, 2, message->alert->name);
    statement_set_integer(storing->message, 3, message->created_us);
    statement_set_text(storing->message, 4, message->title);
    statement_set_text(storing->message, 5, message->text);
    statement_set_integer(storing->message, 6, message->made_for);
    statement_run(storing->message);
}

static bool has_changed(const struct outbox *outbox, const struct plan *plan,
                        struct board *board)
{
    for (size_t i = 0; i < standing_count(plan); i++)
        if (!is_same(board_standing(board, 0, i), &outbox->stored[i]))
            return true;
    return false;
}

/* Within a transaction, with the lock held. */
static void note_deliveries(struct outbox *outbox)
{
    struct statement *note = statement_create(
        outbox->database, "UPDATE message SET delivered_us = ?, text = NULL"
                          " WHERE id = ?");

    for (size_t i = 0; i < outbox->unnoted_count; i++) {
        statement_set_integer(note, 1, outbox->unnoted[i].at_us);
        statement_set_text(note, 2, outbox->unnoted[i].id);
        statement_run(note);
    }
    statement_destroy(note);
}

bool outbox_store(struct outbox *outbox, const struct plan *plan,
                  struct board *board, struct message *const *messages,
                  size_t count, struct strbuf *why)
{
    struct storing storing;
    bool is_stored = true;

    (void)pthread_mutex_lock(&outbox->lock);
    if (count || outbox->unnoted_count || has_changed(outbox, plan, board)) {
        begin_storing(&storing, outbox, plan);
        note_deliveries(outbox);
        store_board(&storing, board);
        for (size_t i = 0; i < count; i++)
            store_message(&storing, messages[i]);
        is_stored = end_storing(&storing, why);
        if (is_stored) {
            remember_stored(outbox, plan, board);
            outbox->unnoted_count = 0;
        }
    }
    (void)pthread_mutex_unlock(&outbox->lock);
    return is_stored;
}

bool outbox_note_delivered(struct outbox *outbox, const struct message *message,
                           int64_t now_us, struct strbuf *why)
{
    struct delivery *delivery;
    bool is_noted;

    (void)pthread_mutex_lock(&outbox->lock);
    outbox->unnoted =
        xgrow(outbox->unnoted, outbox->unnoted_count, &outbox->unnoted_capacity,
              sizeof(*outbox->unnoted));
    delivery = &outbox->unnoted[outbox->unnoted_count++];
    memcpy(delivery->id, message->id, sizeof(delivery->id));
    delivery->at_us = now_us;
    database_begin(outbox->database);
    note_deliveries(outbox);
    is_noted = database_commit(outbox->database, why);
    if (is_noted)
        outbox->unnoted_count = 0;
    (void)pthread_mutex_unlock(&outbox->lock);
    return is_noted;
}

bool outbox_drop(struct outbox *outbox, const struct message *message,
                 struct strbuf *why)
{
    struct statement *drop;
    bool is_dropped;

    (void)pthread_mutex_lock(&outbox->lock);
    database_begin(outbox->database);
    drop =
        statement_create(outbox->database, "DELETE FROM message WHERE id = ?");
    statement_set_text(drop, 1, message->id);
    statement_run(drop);
    statement_destroy(drop);
    is_dropped = database_commit(outbox->database, why);
    (void)pthread_mutex_unlock(&outbox->lock);
    return is_dropped;
}

void outbox_move_clock(struct outbox *outbox, int64_t by_us)
{
    struct statement *move;

    (void)pthread_mutex_lock(&outbox->lock);
    database_begin(outbox->database);
    move = statement_create(outbox->database,
                            "UPDATE message SET created_us = created_us + ?"
                            " WHERE delivered_us IS NULL");
    statement_set_integer(move, 1, by_us);
    statement_run(move);
    statement_destroy(move);
    /* Who is told of an old one has to live with the time it says. */
    (void)database_commit(outbox->database, NULL);
    (void)pthread_mutex_unlock(&outbox->lock);
}

static bool has_alert(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->alert_count; i++)
        if (strcmp(plan->alerts[i].name, name) == 0)
            return true;
    return false;
}

/* The ids of messages for alerts that are no more; the caller's. */
static size_t find_orphans(struct outbox *outbox, const struct plan *plan,
                           char ***ids)
{
    struct statement *rows = statement_create(
        outbox->database,
        "SELECT id, alert FROM message WHERE delivered_us IS NULL");
    size_t count = 0, capacity = 0;

    *ids = NULL;
    while (statement_next(rows)) {
        if (has_alert(plan, statement_text(rows, 1)))
            continue;
        *ids = xgrow(*ids, count, &capacity, sizeof(char *));
        (*ids)[count++] = xstrdup(statement_text(rows, 0));
    }
    statement_destroy(rows);
    return count;
}

static void drop_orphans(struct outbox *outbox, char **ids, size_t count)
{
    struct statement *drop =
        statement_create(outbox->database, "DELETE FROM message WHERE id = ?");

    for (size_t i = 0; i < count; i++) {
        statement_set_text(drop, 1, ids[i]);
        statement_run(drop);
        free(ids[i]);
    }
    statement_destroy(drop);
    free(ids);
}

/* How those stand that the plan does not have any more, in the same way. */
static void drop_strangers(struct outbox *outbox, const struct plan *plan,
                           int64_t before_us)
{
    struct statement *rows = statement_create(
        outbox->database,
        "SELECT alert, endpoint FROM standing WHERE max(contrary_since_us,"
        " down_since_us, up_since_us, changed_at_us, told_at_us) < ?");
    struct statement *drop = statement_create(
        outbox->database,
        "DELETE FROM standing WHERE alert = ? AND endpoint = ?");
    struct names names;

    names_init(&names, plan);
    statement_set_integer(rows, 1, before_us);
    while (statement_next(rows)) {
        const char *alert = statement_text(rows, 0);
        const char *endpoint = statement_text(rows, 1);

        if (!has_alert(plan, alert) ||
            names_find(&names, endpoint) == NAMES_NONE)
            drop_standing(drop, alert, endpoint);
    }
    statement_destroy(drop);
    statement_destroy(rows);
    names_release(&names);
}

size_t outbox_tidy(struct outbox *outbox, const struct plan *plan,
                   int64_t before_us)
{
    struct statement *forget;
    char **ids;
    size_t count;

    (void)pthread_mutex_lock(&outbox->lock);
    database_begin(outbox->database);
    count = find_orphans(outbox, plan, &ids);
    drop_orphans(outbox, ids, count);
    forget = statement_create(outbox->database,
                              "DELETE FROM message WHERE delivered_us < ?");
    statement_set_integer(forget, 1, before_us);
    statement_run(forget);
    statement_destroy(forget);
    drop_strangers(outbox, plan, before_us);
    /* What stays in the file is found again at the next start. */
    (void)database_commit(outbox->database, NULL);
    (void)pthread_mutex_unlock(&outbox->lock);
    return count;
}
