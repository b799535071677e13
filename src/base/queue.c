#include "rounds/queue.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "rounds/clock.h"
#include "rounds/xalloc.h"

struct queue {
    /* Guards all below. */
    pthread_mutex_t lock;
    pthread_cond_t not_empty; /* `enough` items are there, or closed */
    pthread_cond_t not_full;  /* room came, or closed */
    void **items;             /* a ring: COUNT items from HEAD on */
    size_t capacity;
    size_t head;
    size_t count;
    size_t enough;  /* items to wake a pop for: 1, more while one lingers */
    bool is_closed; /* never opens again */
};

struct queue *queue_create(size_t capacity)
{
    struct queue *queue = xcalloc(1, sizeof(*queue));
    pthread_condattr_t monotonic;

    assert(capacity >= 1);
    queue->items = xcalloc(capacity, sizeof(*queue->items));
    queue->capacity = capacity;
    queue->enough = 1;
    pthread_mutex_init(&queue->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&queue->not_empty, &monotonic);
    pthread_cond_init(&queue->not_full, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return queue;
}

void queue_destroy(struct queue *queue)
{
    if (!queue)
        return;
    pthread_cond_destroy(&queue->not_full);
    pthread_cond_destroy(&queue->not_empty);
    pthread_mutex_destroy(&queue->lock);
    free(queue->items);
    free(queue);
}

bool queue_push(struct queue *queue, void *item)
{
    return queue_push_all(queue, &item, 1) == 1;
}

static void append(struct queue *queue, void *item)
{
    size_t tail = (queue->head + queue->count) % queue->capacity;

    assert(item);
    queue->items[tail] = item;
    queue->count++;
}

bool queue_try_push(struct queue *queue, void *item)
{
    bool is_taken;

    pthread_mutex_lock(&queue->lock);
    is_taken = !queue->is_closed && queue->count < queue->capacity;
    if (is_taken) {
        append(queue, item);
        if (queue->count >= queue->enough)
            pthread_cond_broadcast(&queue->not_empty);
    }
    pthread_mutex_unlock(&queue->lock);
    return is_taken;
}

size_t queue_push_all(struct queue *queue, void *const *items, size_t count)
{
    size_t pushed = 0;

    pthread_mutex_lock(&queue->lock);
    while (pushed < count) {
        while (queue->count == queue->capacity && !queue->is_closed)
            pthread_cond_wait(&queue->not_full, &queue->lock);
        if (queue->is_closed)
            break;
        while (pushed < count && queue->count < queue->capacity)
            append(queue, items[pushed++]);
        /* Several may have come at once, so all who wait may go on. */
        if (queue->count >= queue->enough)
            pthread_cond_broadcast(&queue->not_empty);
    }
    pthread_mutex_unlock(&queue->lock);
    return pushed;
}

void *queue_pop(struct queue *queue)
{
    void *item;

    return queue_pop_some(queue, &item, 1) ? item : NULL;
}

/* Under the lock: hand out what is there. */
static size_t take(struct queue *queue, void **items, size_t most)
{
    size_t taken = 0;

    while (taken < most && queue->count) {
        items[taken++] = queue->items[queue->head];
        queue->head = (queue->head + 1) % queue->capacity;
        queue->count--;
    }
    if (taken)
        pthread_cond_broadcast(&queue->not_full);
    return taken;
}

size_t queue_pop_some(struct queue *queue, void **items, size_t most)
{
    size_t taken;

    pthread_mutex_lock(&queue->lock);
    while (!queue->count && !queue->is_closed)
        pthread_cond_wait(&queue->not_empty, &queue->lock);
    taken = take(queue, items, most);
    pthread_mutex_unlock(&queue->lock);
    return taken;
}

/* Under the lock: false once UNTIL_US has come. */
static bool wait_until(struct queue *queue, int64_t until_us)
{
    struct timespec until = {
        .tv_sec = (time_t)(until_us / 1000000),
        .tv_nsec = (long)(until_us % 1000000 * 1000),
    };

    if (until_us == INT64_MAX)
        return pthread_cond_wait(&queue->not_empty, &queue->lock) == 0;
    return pthread_cond_timedwait(&queue->not_empty, &queue->lock, &until) == 0;
}

/* Under the lock: with an item there, wait for more. */
static void linger(struct queue *queue, size_t most, int64_t linger_us)
{
    int64_t until_us = clock_monotonic_us() + linger_us;
    bool has_time = true;

    queue->enough = most < queue->capacity ? most : queue->capacity;
    while (queue->count < queue->enough && !queue->is_closed && has_time)
        has_time = wait_until(queue, until_us);
    queue->enough = 1;
}

size_t queue_pop_until(struct queue *queue, void **items, size_t most,
                       int64_t linger_us, int64_t until_us, bool *timed_out)
{
    bool has_time = true;
    size_t taken;

    pthread_mutex_lock(&queue->lock);
    while (!queue->count && !queue->is_closed && has_time)
        has_time = wait_until(queue, until_us);
    if (queue->count && linger_us)
        linger(queue, most, linger_us);
    taken = take(queue, items, most);
    *timed_out = !taken && !queue->is_closed;
    pthread_mutex_unlock(&queue->lock);
    return taken;
}

void queue_close(struct queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->is_closed = true;
    pthread_cond_broadcast(&queue->not_empty);
    pthread_cond_broadcast(&queue->not_full);
    pthread_mutex_unlock(&queue->lock);
}
