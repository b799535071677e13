#include "command.h"

#include <stdio.h>

#include "compare_options.h"
#include "compare_run.h"
#include "complain.h"
#include "exit_code.h"
#include "rounds/translate.h"

static void describe(FILE *stream)
{
    fputs(_("Usage: rounds compare [OPTION...] PLAN.cfg | URL...\n"
            "\n"
            "Makes the same round with each engine in turn, each in a process "
            "of its own,\nand says which needs less of what, and how sure "
            "that is.\nA peer is a command for sh, in which {plan}, {urls} (a "
            "file, one a line) and\n{workers} are replaced.\n"),
          stream);
    options_describe(compare_option_table, stream);
    fputs(_("\n"
            "Exit codes: 0 compared, whatever the endpoints answered; 2 a "
            "mistake in options\nor plan, nothing was sent; 3 some round could "
            "not be measured, or a report not\nwritten; 130 and 143 after "
            "SIGINT and SIGTERM, with what is known so far.\n"
            "\n"
            "Example: rounds compare --workers 4,16,64 --report "
            "html=compare.html plan.cfg\n"),
          stream);
}

static int run(const struct compare_options *options,
               const struct text_list *operands)
{
    struct compare_request request;
    struct strbuf why = STRBUF_INIT;
    int code = EXIT_MISTAKE;

    if (compare_options_request(options, &request, &why))
        code = compare_run(options, &request, operands);
    complain("rounds: ", &why);
    compare_request_release(&request);
    strbuf_release(&why);
    return code;
}

int compare_command(int argc, char **argv)
{
    struct compare_options options;
    struct text_list operands = { 0 };
    struct strbuf why = STRBUF_INIT;
    int code = EXIT_MISTAKE;

    compare_options_init(&options);
    if (!options_parse(compare_option_table, argc, argv, &options, &operands,
                       &why)) {
        complain("rounds: ", &why);
        fputs(_("rounds: see rounds compare --help\n"), stderr);
    } else if (options.round.wants_help) {
        describe(stdout);
        code = EXIT_ALL_WELL;
    } else {
        code = run(&options, &operands);
    }
    strbuf_release(&why);
    text_list_release(&operands);
    compare_options_release(&options);
    return code;
}
