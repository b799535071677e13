#include "herald.h"

#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "rounds/clock.h"

/* A listener that notes what it is told; slow where it has a gate. */
struct notes {
    sem_t *gate;    /* NULL: it does not wait */
    char order[64]; /* P plan, F finding, O omission, R round, T tick */
    size_t length;
    const struct plan *plan;
    size_t findings;
    uint64_t checks, lost, skipped;
};

static void note(struct notes *notes, char what)
{
    if (notes->length + 1 < sizeof(notes->order))
        notes->order[notes->length++] = what;
}

static void note_plan(void *context, const struct plan *plan)
{
    struct notes *notes = context;

    notes->plan = plan;
    note(notes, 'P');
}

static void note_finding(void *context, const struct finding *finding)
{
    struct notes *notes = context;

    if (notes->gate)
        (void)sem_wait(notes->gate);
    assert_ptr_equal(finding->plan, notes->plan);
    notes->findings++;
    note(notes, 'F');
}

static void note_omission(void *context, const struct omission *omission)
{
    (void)omission;
    note(context, 'O');
}

static void note_round(void *context, const struct patrol_round *round)
{
    struct notes *notes = context;

    notes->checks += round->checks;
    notes->lost += round->lost;
    notes->skipped += round->skipped;
    note(notes, 'R');
}

static struct herald *start(struct notes *notes)
{
    const struct patrol_listener listeners[] = {
        { .context = NULL }, /* who wants to know nothing */
        { .context = notes,
          .on_plan = note_plan,
          .on_finding = note_finding,
          .on_omission = note_omission,
          .on_round = note_round },
    };
    struct strbuf why = STRBUF_INIT;
    struct herald *herald = herald_start(listeners, 2, &why);

    assert_non_null(herald);
    return herald;
}

static struct plan *make_plan(void)
{
    static const char *const urls[] = { "http://a.example/",
                                        "http://b.example/" };
    struct strbuf why = STRBUF_INIT;
    struct plan *plan = plan_from_urls(urls, 2, &why);

    assert_non_null(plan);
    plan->schedule.every_ms = 3600000; /* no round ends by itself here */
    return plan;
}

static void give_plan(struct herald *herald, struct plan *plan)
{
    int64_t now_us = clock_monotonic_us();

    herald_take_plan(herald, plan, now_us, now_us + INT64_C(3600000000));
}

static void give_result(struct herald *herald, const struct plan *plan,
                        size_t index)
{
    herald_take_result(herald, result_create(&plan->endpoints[index], index),
                       0);
}

static void all_is_told_in_the_order_in_which_it_came(void **state)
{
    struct notes notes = { NULL };
    struct herald *herald = start(&notes);
    struct plan *first = make_plan(), *second = make_plan();
    const struct omission omission = { &first->endpoints[0], 2, 0 };

    (void)state;
    give_plan(herald, first);
    give_result(herald, first, 0);
    herald_take_omission(herald, &omission);
    give_result(herald, first, 1);
    give_plan(herald, second);
    give_result(herald, second, 0);
    herald_finish(herald);

    assert_string_equal(notes.order, "PFOFRPFR");
    assert_int_equal(notes.checks, 3);
    assert_int_equal(notes.skipped, 2);
    assert_int_equal(notes.lost, 0);
}

static void
a_slow_listener_holds_nobody_up_and_what_is_lost_is_counted(void **state)
{
    enum { MORE = 1000 };
    struct notes notes = { NULL };
    struct herald *herald;
    struct plan *plan = make_plan();
    sem_t gate;

    (void)state;
    assert_int_equal(sem_init(&gate, 0, 0), 0);
    notes.gate = &gate;
    herald = start(&notes);
    give_plan(herald, plan);
    for (size_t i = 0; i < HERALD_WAITING + MORE; i++)
        give_result(herald, plan, 0);
    /* All that came is either waiting or lost, and nobody waited. */
    for (size_t i = 0; i < HERALD_WAITING + MORE; i++)
        assert_int_equal(sem_post(&gate), 0);
    herald_finish(herald);

    assert_true(notes.lost > 0);
    assert_int_equal(notes.findings + notes.lost, HERALD_WAITING + MORE);
    assert_int_equal(notes.checks, notes.findings);
    assert_int_equal(sem_destroy(&gate), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_told_in_the_order_in_which_it_came),
        cmocka_unit_test(
            a_slow_listener_holds_nobody_up_and_what_is_lost_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
