#include "rounds/jq_filter.h"

#include <assert.h>
#include <stdlib.h>

#include "jq_machine.h"
#include "jq_syntax.h"

#include "rounds/translate.h"
#include "rounds/xalloc.h"

enum { PROGRAMS_OF_A_MACHINE = 64 };

/* A machine and how many filters still use it. */
struct shared_machine {
    struct jq_machine *machine;
    size_t users;
};

struct jq_filter {
    char *program;
    struct shared_machine *shared; /* NULL: not compiled */
    size_t number;                 /* in the machine */
};

struct jq_filter *jq_filter_prepare(const char *program)
{
    struct jq_filter *filter = xcalloc(1, sizeof(*filter));

    filter->program = xstrdup(program);
    return filter;
}

struct jq_filter *jq_filter_create(const char *program, struct strbuf *why)
{
    struct jq_filter *filter = jq_filter_prepare(program);

    jq_filters_compile(&filter, 1, why);
    if (filter->shared)
        return filter;
    jq_filter_destroy(filter);
    return NULL;
}

void jq_filter_destroy(struct jq_filter *filter)
{
    if (!filter)
        return;
    if (filter->shared && --filter->shared->users == 0) {
        jq_machine_destroy(filter->shared->machine);
        free(filter->shared);
    }
    free(filter->program);
    free(filter);
}

const char *jq_filter_text(const struct jq_filter *filter)
{
    return filter->program;
}

static void share(struct jq_machine *machine, struct jq_filter **filters,
                  size_t count)
{
    struct shared_machine *shared = xmalloc(sizeof(*shared));

    *shared = (struct shared_machine){ machine, count };
    for (size_t i = 0; i < count; i++) {
        filters[i]->shared = shared;
        filters[i]->number = i;
    }
}

/* What libjq need not be asked to refuse. */
static bool is_refused(const char *program, struct strbuf *why)
{
    if (jq_is_empty(program))
        strbuf_add_string(why, _("not a jq program: there is nothing in it"));
    else if (jq_reads_modules(program))
        strbuf_add_string(why, _("modules are not read here"));
    else if (jq_left_open(program) == LEFT_STRING)
        /* libjq 1.6 says the same and loses memory over it. */
        strbuf_add_string(why, _("not a jq program: a string is not closed"));
    else
        return false;
    return true;
}

static void compile_alone(struct jq_filter *filter, struct strbuf *why)
{
    const char *program = filter->program;
    struct jq_machine *machine;
    size_t blamed;

    machine = jq_machine_create(&program, 1, &blamed, why);
    if (machine)
        share(machine, &filter, 1);
}

/* Filters on their way into one machine, and where they tell mistakes. */
struct batch {
    struct jq_filter *filters[PROGRAMS_OF_A_MACHINE];
    struct strbuf *whys[PROGRAMS_OF_A_MACHINE];
    size_t count;
};

static void take_out(struct batch *batch, size_t number)
{
    batch->count--;
    for (size_t i = number; i < batch->count; i++) {
        batch->filters[i] = batch->filters[i + 1];
        batch->whys[i] = batch->whys[i + 1];
    }
}

/* NULL, and which of them is to blame; the batch's count: none can be told. */
static struct jq_machine *create_machine(const struct batch *batch,
                                         size_t *blamed)
{
    const char *programs[PROGRAMS_OF_A_MACHINE];
    struct strbuf why = STRBUF_INIT;
    struct jq_machine *machine;

    for (size_t i = 0; i < batch->count; i++)
        programs[i] = batch->filters[i]->program;
    machine = jq_machine_create(programs, batch->count, blamed, &why);
    strbuf_release(&why);
    return machine;
}

/* Those that spoil it are taken out and compiled alone for their message. */
static void compile_batch(struct batch *batch)
{
    while (batch->count > 1) {
        size_t blamed;
        struct jq_machine *machine = create_machine(batch, &blamed);

        if (machine) {
            share(machine, batch->filters, batch->count);
            batch->count = 0;
            return;
        }
        if (blamed == batch->count)
            break;
        compile_alone(batch->filters[blamed], batch->whys[blamed]);
        take_out(batch, blamed);
    }
    for (size_t i = 0; i < batch->count; i++)
        compile_alone(batch->filters[i], batch->whys[i]);
    batch->count = 0;
}

void jq_filters_compile(struct jq_filter *const *filters, size_t count,
                        struct strbuf *whys)
{
    struct batch batch = { .count = 0 };

    for (size_t i = 0; i < count; i++) {
        const char *program = filters[i]->program;

        if (is_refused(program, &whys[i]))
            continue;
        /* Only one that stays within its function may stand beside others. */
        if (jq_left_open(program) != LEFT_NOTHING) {
            compile_alone(filters[i], &whys[i]);
            continue;
        }
        batch.filters[batch.count] = filters[i];
        batch.whys[batch.count] = &whys[i];
        if (++batch.count == PROGRAMS_OF_A_MACHINE)
            compile_batch(&batch);
    }
    compile_batch(&batch);
}

bool jq_filter_is_met(const struct jq_filter *filter, const char *json,
                      size_t length, struct strbuf *got)
{
    assert(filter->shared);
    return jq_machine_is_met(filter->shared->machine, filter->number, json,
                             length, got);
}
