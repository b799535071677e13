#include "command.h"

#include "check_options.h"
#include "check_run.h"
#include "complain.h"

/*
 * The round that `rounds compare` measures: a process of its own that does what
 * `rounds check` does, but tells its figures in place of a report. Not for
 * people, so no help names it.
 */
int measured_round_command(int argc, char **argv)
{
    struct check_options options;
    struct text_list operands = { 0 };
    struct strbuf why = STRBUF_INIT;
    int code = EXIT_MISTAKE;

    check_options_init(&options);
    if (options_parse(check_option_table, argc, argv, &options, &operands,
                      &why)) {
        options.is_measured = true;
        options.hides_progress = true;
        code = check_run(&options, &operands);
    }
    complain("rounds: ", &why);
    strbuf_release(&why);
    text_list_release(&operands);
    check_options_release(&options);
    return code;
}
