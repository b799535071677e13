#include "sender.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "deliver.h"

#include "rounds/clock.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

struct sender {
    struct sender_listener listener;
    struct pace pace; /* the thread's own */
    pthread_t thread;
    atomic_bool stop;

    /* The lock guards the rest. The oldest message is the one that is being
     * delivered; it stays until it is. */
    pthread_mutex_t lock;
    pthread_cond_t change; /* a message came, or the end */
    struct message **messages;
    size_t count;
    size_t capacity;
    bool is_ending;
    bool is_idle;     /* nothing is being delivered */
    int64_t until_us; /* when is_ending: to end by */
};

static void wait_until(struct sender *sender, int64_t until_us)
{
    struct timespec until = { .tv_sec = (time_t)(until_us / 1000000),
                              .tv_nsec = (long)(until_us % 1000000) * 1000 };

    (void)pthread_cond_timedwait(&sender->change, &sender->lock, &until);
}

/* With the lock held: the message to be sent now; NULL: the end. */
static struct message *next_message(struct sender *sender)
{
    while (!sender->is_ending) {
        int64_t now_us = clock_monotonic_us();
        int64_t due_us;

        if (!sender->count) {
            (void)pthread_cond_wait(&sender->change, &sender->lock);
            continue;
        }
        due_us = pace_due_us(&sender->pace, now_us);
        if (sender->messages[0]->due_us > due_us)
            due_us = sender->messages[0]->due_us;
        if (due_us <= now_us)
            return sender->messages[0];
        wait_until(sender, due_us);
    }
    return NULL;
}

/* Without the lock: an attempt. */
static bool try_message(struct sender *sender, struct message *message)
{
    const struct sender_listener *listener = &sender->listener;
    struct strbuf why = STRBUF_INIT;
    int64_t wait_ms, delay_ms;
    bool is_taken;

    is_taken = deliver(message, &sender->stop, &why, &wait_ms);
    /* It arrived before the answer came: whoever counts has counted it. */
    pace_note(&sender->pace, clock_monotonic_us());
    if (is_taken) {
        listener->on_delivered(listener->context, message);
    } else if (!atomic_load(&sender->stop)) {
        delay_ms = pace_delay_ms(++message->attempts, wait_ms);
        message->due_us = clock_monotonic_us() + delay_ms * 1000;
        listener->on_failed(listener->context, message, why.data, delay_ms);
    }
    strbuf_release(&why);
    return is_taken;
}

static void drop_first(struct sender *sender)
{
    message_destroy(sender->messages[0]);
    sender->count--;
    memmove(sender->messages, sender->messages + 1,
            sender->count * sizeof(struct message *));
}

static void *run(void *context)
{
    struct sender *sender = context;
    struct message *message;

    (void)pthread_mutex_lock(&sender->lock);
    while ((message = next_message(sender))) {
        bool is_taken;

        sender->is_idle = false;
        (void)pthread_mutex_unlock(&sender->lock);
        is_taken = try_message(sender, message);
        (void)pthread_mutex_lock(&sender->lock);
        sender->is_idle = true;
        if (is_taken)
            drop_first(sender);
        (void)pthread_cond_broadcast(&sender->change);
    }
    (void)pthread_mutex_unlock(&sender->lock);
    return NULL;
}

static void init_locks(struct sender *sender)
{
    pthread_condattr_t monotonic;

    /* None of these can fail on Linux. */
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&sender->change, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    (void)pthread_mutex_init(&sender->lock, NULL);
}

static void destroy(struct sender *sender)
{
    for (size_t i = 0; i < sender->count; i++)
        message_destroy(sender->messages[i]);
    free(sender->messages);
    (void)pthread_cond_destroy(&sender->change);
    (void)pthread_mutex_destroy(&sender->lock);
    free(sender);
}

struct sender *sender_start(const struct pace *pace,
                            const struct sender_listener *listener,
                            struct strbuf *why)
{
    struct sender *sender = xcalloc(1, sizeof(*sender));
    int error;

    sender->listener = *listener;
    sender->pace = *pace;
    sender->is_idle = true;
    atomic_init(&sender->stop, false);
    init_locks(sender);
    error = pthread_create(&sender->thread, NULL, run, sender);
    if (!error)
        return sender;
    strbuf_addf(why, _("no thread could be started: %s"), error_text(error));
    destroy(sender);
    return NULL;
}

void sender_hasten(struct sender *sender, int64_t until_us)
{
    (void)pthread_mutex_lock(&sender->lock);
    sender->is_ending = true;
    sender->until_us = until_us;
    (void)pthread_cond_broadcast(&sender->change);
    (void)pthread_mutex_unlock(&sender->lock);
}

void sender_finish(struct sender *sender)
{
    if (!sender)
        return;
    (void)pthread_mutex_lock(&sender->lock);
    sender->is_ending = true;
    (void)pthread_cond_broadcast(&sender->change);
    while (!sender->is_idle && clock_monotonic_us() < sender->until_us)
        wait_until(sender, sender->until_us);
    (void)pthread_mutex_unlock(&sender->lock);
    atomic_store(&sender->stop, true);
    (void)pthread_join(sender->thread, NULL); /* our own */
    destroy(sender);
}

void sender_take(struct sender *sender, struct message *message)
{
    (void)pthread_mutex_lock(&sender->lock);
    sender->messages = xgrow(sender->messages, sender->count, &sender->capacity,
                             sizeof(struct message *));
    sender->messages[sender->count++] = message;
    (void)pthread_cond_broadcast(&sender->change);
    (void)pthread_mutex_unlock(&sender->lock);
}

bool sender_is_behind(struct sender *sender, const struct alert *alert)
{
    bool is_behind = false;

    (void)pthread_mutex_lock(&sender->lock);
    for (size_t i = 0; i < sender->count; i++)
        is_behind |= sender->messages[i]->alert == alert;
    (void)pthread_mutex_unlock(&sender->lock);
    return is_behind;
}
