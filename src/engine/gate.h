#ifndef ROUNDS_ENGINE_GATE_H
#define ROUNDS_ENGINE_GATE_H

/*
 * How many may shake hands at a time. A TLS handshake takes milliseconds of
 * processor time; where a thousand begin at once each of them ends when nearly
 * all have, and time limits pass that no endpoint is to blame for. Few at a
 * time take no longer together, and each alone is quick.
 *
 * Who waits inside for a server or a long line does not use the processor and
 * is not to hold up those outside: where nobody has gone in or out for
 * GATE_STALL_US, those inside are forgotten. Pure; times are monotonic.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GATE_STALL_US = 10 * 1000 };

struct gate {
    size_t most; /* inside; SIZE_MAX: any number */
    size_t inside;
    unsigned forgotten; /* how often those inside were */
    bool has_moved;     /* somebody went out since anybody last asked */
    int64_t moved_us;
};

/* Of one that may go in. Zeroed to begin with. */
struct gate_pass {
    bool is_inside;
    unsigned forgotten; /* as the gate's when it went in */
};

void gate_init(struct gate *gate, size_t most);

/* False: not before *UNTIL_US, or before somebody goes out. */
bool gate_is_open(struct gate *gate, int64_t now_us, int64_t *until_us);

/* It is open. */
void gate_enter(struct gate *gate, struct gate_pass *pass, int64_t now_us);

/* False: it was not inside. */
bool gate_leave(struct gate *gate, struct gate_pass *pass);

#endif
