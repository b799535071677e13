#include "gate.h"

#include <assert.h>

void gate_init(struct gate *gate, size_t most)
{
    *gate = (struct gate){ .most = most };
}

bool gate_is_open(struct gate *gate, int64_t now_us, int64_t *until_us)
{
    if (gate->has_moved)
        gate->moved_us = now_us;
    gate->has_moved = false;
    if (gate->inside < gate->most)
        return true;
    *until_us = gate->moved_us + GATE_STALL_US;
    if (now_us < *until_us)
        return false;
    gate->inside = 0;
    gate->forgotten++;
    return true;
}

void gate_enter(struct gate *gate, struct gate_pass *pass, int64_t now_us)
{
    assert(!pass->is_inside);
    *pass = (struct gate_pass){ true, gate->forgotten };
    gate->inside++;
    gate->moved_us = now_us;
}

bool gate_leave(struct gate *gate, struct gate_pass *pass)
{
    if (!pass->is_inside)
        return false;
    pass->is_inside = false;
    if (pass->forgotten == gate->forgotten)
        gate->inside--;
    gate->has_moved = true;
    return true;
}
