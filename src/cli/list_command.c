#include "command.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "check_options.h"
#include "complain.h"
#include "curl_command.h"
#include "exit_code.h"
#include "rounds/text.h"
#include "rounds/translate.h"

struct values {
    struct check_options selection;
    bool wants_curl;
    bool reveals;
};

#define FIELD(name) offsetof(struct values, name)

static const struct option table[] = {
    { "only", 0, "GLOB", N_("endpoints whose name matches; may be repeated"),
      OPTION_LIST, FIELD(selection.only), 0, 0 },
    { "tag", 0, "TAG", N_("endpoints with this tag; may be repeated"),
      OPTION_LIST, FIELD(selection.tags), 0, 0 },
    { "exclude", 0, "GLOB", N_("not those whose name matches; may be repeated"),
      OPTION_LIST, FIELD(selection.exclude), 0, 0 },
    { "curl", 0, NULL, N_("each endpoint as a curl command"), OPTION_FLAG,
      FIELD(wants_curl), 0, 0 },
    { "reveal", 0, NULL, N_("with --curl: show secrets"), OPTION_FLAG,
      FIELD(reveals), 0, 0 },
    { "help", 'h', NULL, N_("this text"), OPTION_FLAG,
      FIELD(selection.wants_help), 0, 0 },
    { NULL, 0, NULL, NULL, 0, 0, 0, 0 },
};

static void describe(FILE *stream)
{
    fputs(_("Usage: rounds list [OPTION...] PLAN.cfg\n"
            "\n"
            "What the plan says once read: its networks and endpoints. Nothing "
            "is sent.\n\n"),
          stream);
    options_describe(table, stream);
    fputs(_("\n"
            "Exit codes: 0 it was listed; 2 a mistake in options or plan.\n"
            "\n"
            "Example: rounds list --curl --only 'login*' plan.cfg\n"),
          stream);
}

/* Text of the plan's on a terminal: secrets hidden, control characters told. */
static void add_shown(struct strbuf *out, const struct plan *plan,
                      const char *text)
{
    struct strbuf hidden = STRBUF_INIT;

    secrets_hide(plan->secrets, text, strlen(text), &hidden);
    text_add_visible(out, hidden.data, hidden.length);
    strbuf_release(&hidden);
}

static void list_networks(const struct plan *plan)
{
    for (size_t i = 0; i < plan->network_count; i++) {
        const struct network *network = &plan->networks[i];
        size_t count = 0;

        for (size_t k = 0; k < plan->endpoint_count; k++)
            count += plan->endpoints[k].network == i;
        if (!count)
            continue;
        printf(translate_count("network %s: %zu endpoint",
                               "network %s: %zu endpoints", count),
               network->name, count);
        printf(translate_count(", %u worker", ", %u workers", network->workers),
               network->workers);
        if (network->rate > 0)
            printf(_(", %g requests a second"), network->rate);
        if (network->per_origin)
            printf(_(", %u at once for each origin"), network->per_origin);
        putchar('\n');
    }
    putchar('\n');
}

static void list_endpoint(const struct plan *plan,
                          const struct endpoint *endpoint, size_t name_columns)
{
    struct strbuf line = STRBUF_INIT;
    size_t columns;

    add_shown(&line, plan, endpoint->name);
    columns = text_columns(line.data);
    if (columns < name_columns)
        strbuf_add_repeated(&line, ' ', name_columns - columns);
    strbuf_addf(&line, "  %-10s %-7s ", plan->networks[endpoint->network].name,
                endpoint->settings->method);
    add_shown(&line, plan, endpoint->url);
    for (uint32_t i = 0; i < endpoint->tag_count; i++) {
        strbuf_add_string(&line, i ? " " : "  #");
        add_shown(&line, plan, endpoint->tags[i]);
    }
    puts(line.data);
    strbuf_release(&line);
}

static void list_endpoints(const struct plan *plan)
{
    enum { NAME_COLUMNS_MOST = 40 };
    size_t name_columns = 0;

    for (size_t i = 0; i < plan->endpoint_count; i++) {
        struct strbuf name = STRBUF_INIT;
        size_t columns;

        add_shown(&name, plan, plan->endpoints[i].name);
        columns = text_columns(name.data);
        if (columns > name_columns && columns <= NAME_COLUMNS_MOST)
            name_columns = columns;
        strbuf_release(&name);
    }
    for (size_t i = 0; i < plan->endpoint_count; i++)
        list_endpoint(plan, &plan->endpoints[i], name_columns);
}

static void list_commands(const struct plan *plan, bool reveals)
{
    struct strbuf line = STRBUF_INIT;

    for (size_t i = 0; i < plan->endpoint_count; i++) {
        const struct endpoint *endpoint = &plan->endpoints[i];

        strbuf_clear(&line);
        strbuf_add_string(&line, "# ");
        add_shown(&line, plan, endpoint->name);
        strbuf_add_char(&line, '\n');
        curl_command_add(&line, endpoint, plan->secrets, reveals);
        puts(line.data);
    }
    strbuf_release(&line);
}

static int list(const struct values *values, const struct text_list *operands)
{
    struct strbuf why = STRBUF_INIT, warnings = STRBUF_INIT;
    struct plan *plan = check_options_plan(&values->selection, operands, false,
                                           &why, &warnings);
    int code = plan ? EXIT_ALL_WELL : EXIT_MISTAKE;

    complain("", &warnings);
    complain("", &why);
    if (plan && values->wants_curl) {
        list_commands(plan, values->reveals);
    } else if (plan) {
        list_networks(plan);
        list_endpoints(plan);
    }
    plan_destroy(plan);
    strbuf_release(&warnings);
    strbuf_release(&why);
    return code;
}

int list_command(int argc, char **argv)
{
    struct values values = { 0 };
    struct text_list operands = { 0 };
    struct strbuf why = STRBUF_INIT;
    int code = EXIT_MISTAKE;

    check_options_init(&values.selection);
    if (!options_parse(table, argc, argv, &values, &operands, &why)) {
        complain("rounds: ", &why);
        fputs(_("rounds: see rounds list --help\n"), stderr);
    } else if (values.selection.wants_help) {
        describe(stdout);
        code = EXIT_ALL_WELL;
    } else {
        code = list(&values, &operands);
    }
    strbuf_release(&why);
    text_list_release(&operands);
    check_options_release(&values.selection);
    return code;
}
