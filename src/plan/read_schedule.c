#include "read_schedule.h"

#include "rounds/translate.h"
#include "rounds/units.h"

#define PLACE(member) offsetof(struct plan_schedule, member)

static const struct key schedule_keys[] = {
    { "every", read_duration, PLACE(every_ms), EVERY_LEAST_MS, EVERY_MOST_MS,
      NULL },
    { "jitter", read_duration, PLACE(jitter_ms), 0, EVERY_MOST_MS / 2, NULL },
    { "align", read_boolean, PLACE(align), 0, 0, NULL },
};

/* Past the half of it, a round could begin before the one that it follows. */
static void check_jitter(struct reader *reader, const struct node *node,
                         const struct plan_schedule *schedule)
{
    char half[DURATION_TEXT_BYTES];

    if (schedule->jitter_ms <= schedule->every_ms / 2)
        return;
    duration_format(schedule->every_ms / 2, half);
    reader_complain(reader, node,
                    _("more than half of every; expected at most \"%s\""),
                    half);
}

void read_schedule(struct reader *reader, const struct node *node)
{
    static const struct key_table table = KEY_TABLE(schedule_keys);
    struct plan_schedule *schedule = &reader->plan->schedule;

    if (!node)
        return;
    reader_read_keys(reader, node, &table, schedule);
    if (node_kind(node) == NODE_GROUP && node_member(node, "jitter"))
        check_jitter(reader, node_member(node, "jitter"), schedule);
}
