#include "exit_code.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/text.h"
#include "rounds/translate.h"
#include "rounds/units.h"
#include "rounds/xalloc.h"

enum {
    FAILED_OUTCOMES = 1U << OUTCOME_UNHEALTHY | 1U << OUTCOME_UNREACHABLE,
};

void exit_policy_init(struct exit_policy *policy)
{
    *policy = (struct exit_policy){
        .outcomes = FAILED_OUTCOMES,
    };
}

static void suggest_word(const char *word, struct strbuf *why)
{
    const char *words[OUTCOME_COUNT + REASON_COUNT];
    size_t reason_count, count = 0;
    const char *const *reasons = reason_names(&reason_count);
    const char *nearest;

    for (int i = 0; i < OUTCOME_COUNT; i++)
        words[count++] = outcome_name((enum outcome)i);
    for (size_t i = 0; i < reason_count && count < OUTCOME_COUNT + REASON_COUNT;
         i++)
        words[count++] = reasons[i];
    nearest = text_nearest(word, words, count);
    strbuf_addf(why, _("--fail-on: \"%s\" is neither an outcome nor a reason"),
                word);
    if (nearest)
        strbuf_addf(why, _("; did you mean \"%s\"?"), nearest);
    else
        strbuf_add_string(why, _(" (see rounds reasons)"));
    strbuf_add_char(why, '\n');
}

static bool add_word(struct exit_policy *policy, const char *word,
                     struct strbuf *why)
{
    enum outcome outcome;
    enum reason reason;

    if (!strcmp(word, "new")) {
        policy->only_new = true;
        return true;
    }
    if (outcome_from_name(word, &outcome)) {
        policy->outcomes |= 1U << outcome;
        return true;
    }
    if (reason_from_name(word, &reason)) {
        policy->reasons |= (reason_set)1 << reason;
        return true;
    }
    suggest_word(word, why);
    return false;
}

bool exit_policy_parse_fail_on(struct exit_policy *policy, const char *text,
                               struct strbuf *why)
{
    char *words = xstrdup(text);
    char *rest = words;
    bool is_right = true;
    char *word;

    policy->outcomes = 0;
    policy->reasons = 0;
    while ((word = strsep(&rest, ",")))
        is_right &= add_word(policy, word, why);
    if (!policy->outcomes && !policy->reasons) /* "new" alone */
        policy->outcomes = FAILED_OUTCOMES;
    free(words);
    return is_right;
}

bool exit_policy_parse_most(struct exit_policy *policy, const char *text,
                            struct strbuf *why)
{
    if (percent_parse(text, &policy->most_percent) ||
        number_parse(text, &policy->most))
        return true;
    strbuf_addf(why,
                _("--max-failures: \"%s\" is neither a whole number nor a "
                  "percentage such as \"5%%\"\n"),
                text);
    return false;
}

bool exit_policy_fails(const struct exit_policy *policy, enum outcome outcome,
                       enum reason reason)
{
    return policy->outcomes >> outcome & 1 ||
           (reason != REASON_NONE && policy->reasons >> reason & 1);
}

bool exit_policy_counts(const struct exit_policy *policy,
                        const struct result *result,
                        const struct result *before)
{
    if (!exit_policy_fails(policy, result->outcome, result->reason))
        return false;
    return !policy->only_new || !before ||
           !exit_policy_fails(policy, before->outcome, before->reason);
}

bool exit_policy_is_exceeded(const struct exit_policy *policy, uint64_t failed,
                             uint64_t total)
{
    double most = (double)total * policy->most_percent / 100;

    if (most < (double)policy->most)
        most = (double)policy->most;
    return (double)failed > most;
}

enum exit_code exit_code_of(const struct exit_policy *policy,
                            const struct summary *summary, uint64_t failed,
                            enum stop_cause cause, bool are_reports_written)
{
    if (cause == STOP_CAUSE_INTERRUPT)
        return EXIT_INTERRUPTED;
    if (cause == STOP_CAUSE_TERMINATE)
        return EXIT_TERMINATED;
    if (exit_policy_is_exceeded(policy, failed, summary->endpoints))
        return EXIT_FAILURES;
    if (!are_reports_written || summary->outcomes[OUTCOME_UNKNOWN] ||
        summary->outcomes[OUTCOME_SKIPPED])
        return EXIT_INCOMPLETE;
    return EXIT_ALL_WELL;
}
