#include "tally.h"

void tally_release(struct tally *tally)
{
    digest_release(&tally->latencies);
    *tally = (struct tally){ 0 };
}

static bool is_answer(enum outcome outcome)
{
    return outcome == OUTCOME_HEALTHY || outcome == OUTCOME_DEGRADED ||
           outcome == OUTCOME_UNHEALTHY;
}

void tally_add(struct tally *tally, enum outcome outcome, int64_t total_us)
{
    tally->outcomes[outcome]++;
    if (!is_answer(outcome) || total_us < 0)
        return;
    if (!tally->answers || total_us < tally->min_us)
        tally->min_us = total_us;
    if (total_us > tally->max_us)
        tally->max_us = total_us;
    tally->answers++;
    tally->sum_us += total_us;
    digest_add(&tally->latencies, total_us);
}

void tally_merge(struct tally *tally, const struct tally *other)
{
    for (int i = 0; i < OUTCOME_COUNT; i++)
        tally->outcomes[i] += other->outcomes[i];
    if (!other->answers)
        return;
    if (!tally->answers || other->min_us < tally->min_us)
        tally->min_us = other->min_us;
    if (other->max_us > tally->max_us)
        tally->max_us = other->max_us;
    tally->answers += other->answers;
    tally->sum_us += other->sum_us;
    digest_merge(&tally->latencies, &other->latencies);
}
