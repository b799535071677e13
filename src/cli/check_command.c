#include "command.h"

#include <stdio.h>

#include "check_options.h"
#include "check_run.h"
#include "complain.h"
#include "rounds/translate.h"

static void describe(FILE *stream)
{
    fputs(_("Usage: rounds check [OPTION...] PLAN.cfg | URL...\n"
            "\n"
            "Asks every endpoint of the plan once and reports which are "
            "healthy.\n"),
          stream);
    options_describe(check_option_table, stream);
    fputs(_("\n"
            "Exit codes: 0 all well; 1 some check failed; 2 a mistake in "
            "options or plan,\nnothing was sent; 3 some check was unknown or "
            "skipped, or a report not written.\n"
            "\n"
            "Example: rounds check --tag smoke --deadline 30s plan.cfg\n"),
          stream);
}

int check_command(int argc, char **argv)
{
    struct check_options options;
    struct text_list operands = { 0 };
    struct strbuf why = STRBUF_INIT;
    int code = EXIT_MISTAKE;

    check_options_init(&options);
    if (!options_parse(check_option_table, argc, argv, &options, &operands,
                       &why)) {
        complain("rounds: ", &why);
        fputs(_("rounds: see rounds check --help\n"), stderr);
    } else if (options.wants_help) {
        describe(stdout);
        code = EXIT_ALL_WELL;
    } else {
        code = check_run(&options, &operands);
    }
    strbuf_release(&why);
    text_list_release(&operands);
    check_options_release(&options);
    return code;
}
