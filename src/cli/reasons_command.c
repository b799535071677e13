#include "command.h"

#include <stddef.h>
#include <stdio.h>

#include "complain.h"
#include "exit_code.h"
#include "options.h"
#include "rounds/reason.h"
#include "rounds/translate.h"

struct values {
    bool wants_help;
};

static const struct option table[] = {
    { "help", 'h', NULL, N_("this text"), OPTION_FLAG,
      offsetof(struct values, wants_help), 0, 0 },
    { NULL, 0, NULL, NULL, 0, 0, 0, 0 },
};

static void describe(FILE *stream)
{
    fputs(_("Usage: rounds reasons\n"
            "\n"
            "The reasons a check can end with, in a word each that scripts may "
            "rely on: its\noutcome, whether an attempt that ended so is "
            "repeated by default (where the plan\nsays retries), what it means "
            "and what to do.\n"),
          stream);
    options_describe(table, stream);
}

static void list_reasons(void)
{
    for (int i = REASON_NONE + 1; i < REASON_COUNT; i++) {
        enum reason reason = (enum reason)i;

        printf("%-22s%-13s%s\n", reason_name(reason),
               outcome_name(reason_outcome(reason)),
               reason_is_retried(reason) ? _("retried") : "");
        printf("    %s\n    %s\n", _(reason_explanation(reason)),
               _(reason_advice(reason)));
    }
}

int reasons_command(int argc, char **argv)
{
    struct values values = { 0 };
    struct text_list operands = { 0 };
    struct strbuf why = STRBUF_INIT;
    bool is_right = options_parse(table, argc, argv, &values, &operands, &why);

    if (is_right && operands.count) {
        strbuf_add_string(&why, _("rounds reasons takes no operand\n"));
        is_right = false;
    }
    if (!is_right)
        complain("rounds: ", &why);
    else if (values.wants_help)
        describe(stdout);
    else
        list_reasons();
    strbuf_release(&why);
    text_list_release(&operands);
    return is_right ? EXIT_ALL_WELL : EXIT_MISTAKE;
}
