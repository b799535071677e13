#include "changes.h"

struct statement *changes_select(struct database *database)
{
    return statement_create(
        database, "SELECT endpoint, at_ms, is_down, outcome, ifnull(reason, 0),"
                  " ifnull(phase, 0), ifnull(status, 0), message FROM change"
                  " ORDER BY id");
}

struct change changes_read(struct statement *rows, const struct words *words,
                           int64_t *endpoint)
{
    *endpoint = statement_integer(rows, 0);
    return (struct change){
        .at_ms = statement_integer(rows, 1),
        .is_down = statement_integer(rows, 2) != 0,
        .outcome = words_outcome(words, statement_integer(rows, 3)),
        .reason = words_reason(words, statement_integer(rows, 4)),
        .phase = words_phase(words, statement_integer(rows, 5)),
        .status = (int)statement_integer(rows, 6),
        .message = statement_text(rows, 7),
    };
}
