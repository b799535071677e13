#include "schedule.h"

#include <assert.h>
#include <stdlib.h>

#include "rounds/heap.h"
#include "rounds/xalloc.h"

struct entry {
    struct heap_place place;
    int64_t next_us;
    int64_t every_us;
    int64_t base_us;
    int64_t beat;   /* its next one; LOOK: one before the first */
    uint64_t left;  /* beats until its end; UINT64_MAX: no end */
    uint64_t key;   /* of its jitter */
    int64_t due_us; /* of the check that runs */
    bool is_running;
    bool is_owed; /* its last check came to nothing */
};

enum { LOOK = -1 };

struct schedule {
    struct schedule_options options;
    struct entry *entries;
    size_t count;
    struct heap heap; /* of those that have beats left */
};

/* Numbers in no visible order. https://prng.di.unimi.it/splitmix64.c */
static uint64_t mix(uint64_t value)
{
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t key_of(const char *name)
{
    uint64_t key = UINT64_C(14695981039346656037);

    for (; *name; name++)
        key = (key ^ (unsigned char)*name) * UINT64_C(1099511628211);
    return key;
}

static int64_t jitter_us(const struct schedule *schedule,
                         const struct entry *entry, int64_t beat)
{
    const struct schedule_options *options = &schedule->options;
    int64_t most_us = options->jitter_us < entry->every_us / 2
                          ? options->jitter_us
                          : entry->every_us / 2;

    return (int64_t)(mix(mix(options->seed ^ entry->key) + (uint64_t)beat) %
                     (uint64_t)(most_us + 1));
}

static int64_t beat_us(const struct schedule *schedule,
                       const struct entry *entry, int64_t beat)
{
    return entry->base_us + beat * entry->every_us +
           jitter_us(schedule, entry, beat);
}

static bool is_earlier(const void *left, const void *right)
{
    const struct entry *entry = left, *other = right;

    return entry->next_us != other->next_us ? entry->next_us < other->next_us
                                            : entry < other;
}

static void go_on_with(struct schedule *schedule, struct entry *entry,
                       int64_t beat)
{
    entry->beat = beat;
    entry->next_us = beat_us(schedule, entry, beat);
    heap_put(&schedule->heap, entry);
}

int64_t schedule_lead_us(const struct schedule_options *options,
                         int64_t every_us)
{
    int64_t past_us;

    if (!options->align)
        return 0;
    past_us = options->wall_us % every_us;
    if (past_us < 0)
        past_us += every_us; /* before 1970 */
    return past_us ? every_us - past_us : 0;
}

static void place(struct schedule *schedule, struct entry *entry, size_t rank,
                  size_t of)
{
    const struct schedule_options *options = &schedule->options;
    int64_t place = (int64_t)rank, places = (int64_t)of;

    entry->base_us = options->start_us +
                     schedule_lead_us(options, entry->every_us) +
                     entry->every_us * place / places;
    go_on_with(schedule, entry, 0);
    if (entry->next_us <= options->start_us + SCHEDULE_LOOK_US)
        return;
    entry->beat = LOOK;
    entry->next_us = options->start_us + SCHEDULE_LOOK_US * place / places;
    heap_put(&schedule->heap, entry);
}

static int by_interval(const void *left, const void *right)
{
    const struct entry *entry = *(struct entry *const *)left;
    const struct entry *other = *(struct entry *const *)right;

    if (entry->every_us != other->every_us)
        return entry->every_us < other->every_us ? -1 : 1;
    return entry < other ? -1 : 1;
}

/* Those with the same interval are spread over it, in their order. */
static void place_all(struct schedule *schedule)
{
    struct entry **sorted = xcalloc(schedule->count, sizeof(struct entry *));
    size_t end;

    for (size_t i = 0; i < schedule->count; i++)
        sorted[i] = &schedule->entries[i];
    qsort(sorted, schedule->count, sizeof(struct entry *), by_interval);
    for (size_t begin = 0; begin < schedule->count; begin = end) {
        end = begin;
        while (end < schedule->count &&
               sorted[end]->every_us == sorted[begin]->every_us)
            end++;
        for (size_t i = begin; i < end; i++)
            place(schedule, sorted[i], i - begin, end - begin);
    }
    free(sorted);
}

struct schedule *schedule_create(const struct schedule_options *options,
                                 const struct schedule_item *items,
                                 size_t count)
{
    struct schedule *schedule = xcalloc(1, sizeof(*schedule));

    schedule->options = *options;
    schedule->entries = xcalloc(count, sizeof(*schedule->entries));
    schedule->count = count;
    heap_init(&schedule->heap, is_earlier, offsetof(struct entry, place));
    for (size_t i = 0; i < count; i++)
        schedule->entries[i] = (struct entry){
            .every_us = items[i].every_us,
            .key = key_of(items[i].name),
            .left = options->beat_most ? options->beat_most : UINT64_MAX,
        };
    place_all(schedule);
    return schedule;
}

void schedule_destroy(struct schedule *schedule)
{
    if (!schedule)
        return;
    heap_release(&schedule->heap);
    free(schedule->entries);
    free(schedule);
}

bool schedule_carry(struct schedule *schedule, size_t number,
                    const struct schedule *old, size_t old_number,
                    int64_t now_us)
{
    const struct entry *before = &old->entries[old_number];
    struct entry *entry = &schedule->entries[number];
    bool must_ask = before->is_running || before->is_owed;

    if (before->every_us != entry->every_us ||
        schedule->options.align != old->options.align)
        return false;
    entry->base_us = before->base_us;
    entry->left = before->left;
    if (!entry->left && !must_ask) {
        heap_remove(&schedule->heap, entry);
        return true;
    }
    if (!must_ask && before->beat != LOOK) {
        go_on_with(schedule, entry, before->beat);
        return true;
    }
    entry->left += must_ask && entry->left != UINT64_MAX; /* anew */
    entry->beat = LOOK;
    entry->next_us = must_ask ? now_us : before->next_us;
    heap_put(&schedule->heap, entry);
    return true;
}

/* The last beat that is not after NOW_US; -1: there is none. */
static int64_t last_beat(const struct schedule *schedule,
                         const struct entry *entry, int64_t now_us)
{
    int64_t beat = now_us < entry->base_us
                       ? -1
                       : (now_us - entry->base_us) / entry->every_us;

    if (beat >= 0 && beat_us(schedule, entry, beat) > now_us)
        beat--;
    return beat;
}

static void advance(struct schedule *schedule, struct entry *entry,
                    uint64_t beats, int64_t to)
{
    entry->left -= entry->left == UINT64_MAX ? 0
                   : beats < entry->left     ? beats
                                             : entry->left;
    if (entry->left)
        go_on_with(schedule, entry, to);
    else
        heap_remove(&schedule->heap, entry);
}

static void begin(struct entry *entry, int64_t due_us)
{
    assert(!entry->is_running);
    entry->is_running = true;
    entry->is_owed = false;
    entry->due_us = due_us;
}

/* A look is never late, and the beat that follows it too soon is left out. */
static struct beat take_look(struct schedule *schedule, struct entry *entry,
                             int64_t now_us)
{
    struct beat beat = { .kind = BEAT_DUE, .due_us = entry->next_us };

    begin(entry, entry->next_us);
    advance(schedule, entry, 1,
            last_beat(schedule, entry, now_us + entry->every_us / 2) + 1);
    return beat;
}

static struct beat take_beat(struct schedule *schedule, struct entry *entry,
                             int64_t now_us)
{
    int64_t last = last_beat(schedule, entry, now_us);
    struct beat beat = { .due_us = entry->next_us, .count = 1 };

    assert(last >= entry->beat);
    if (entry->is_running) {
        beat.kind = BEAT_SKIPPED;
        beat.count = (uint64_t)(last - entry->beat) + 1;
    } else if (last > entry->beat) {
        beat.kind = BEAT_MISSED;
        beat.count = (uint64_t)(last - entry->beat);
        last--; /* the last one is not a whole interval late */
    } else {
        beat.kind = BEAT_DUE;
        begin(entry, entry->next_us);
    }
    advance(schedule, entry, beat.count, last + 1);
    return beat;
}

struct beat schedule_take(struct schedule *schedule, int64_t now_us)
{
    struct entry *entry = heap_first(&schedule->heap);
    struct beat beat;

    if (!entry || entry->next_us > now_us)
        return (struct beat){ .kind = BEAT_NONE };
    beat = entry->beat == LOOK ? take_look(schedule, entry, now_us)
                               : take_beat(schedule, entry, now_us);
    beat.number = (size_t)(entry - schedule->entries);
    return beat;
}

int64_t schedule_next_us(const struct schedule *schedule)
{
    const struct entry *entry = heap_first(&schedule->heap);

    return entry ? entry->next_us : INT64_MAX;
}

int64_t schedule_end(struct schedule *schedule, size_t number, bool was_asked)
{
    struct entry *entry = &schedule->entries[number];

    assert(entry->is_running);
    entry->is_running = false;
    entry->is_owed = !was_asked;
    return entry->due_us;
}
