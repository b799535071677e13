#include "robot_answer.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bulletin.h"

#include "rounds/text.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

enum { SHOWN_ANSWER_BYTES = 200, MINUTE_MS = 60000 };

/* Who sends too much is shut out for ten minutes. */
enum { DINGTALK_PENALTY_MS = 10 * MINUTE_MS };

/* What a robot says of itself: its number for it, 0 being well, and words. */
struct robot_word {
    bool is_there;
    json_int_t code;
    char *text; /* on the heap; NULL: none */
};

static void read_word(const char *body, struct robot_word *word)
{
    static const char *const code_names[] = { "errcode", "code", "StatusCode" };
    static const char *const text_names[] = { "errmsg", "msg",
                                              "StatusMessage" };
    json_t *json = json_loads(body, 0, NULL);

    *word = (struct robot_word){ false };
    for (int i = 0; i < 3 && !word->is_there; i++) {
        const json_t *code = json_object_get(json, code_names[i]);
        const char *text =
            json_string_value(json_object_get(json, text_names[i]));

        word->is_there = json_is_integer(code);
        word->code = json_integer_value(code);
        if (word->is_there && text)
            word->text = xstrdup(text);
    }
    json_decref(json);
}

static void add_shown(struct strbuf *out, const char *text)
{
    text_add_visible(out, text, bulletin_cut(text, SHOWN_ANSWER_BYTES));
}

static void tell_status(const struct robot_answer *answer, struct strbuf *why)
{
    strbuf_addf(why, _("HTTP status %d"), answer->status);
    if (answer->body && *answer->body) {
        strbuf_add_string(why, ": ");
        add_shown(why, answer->body);
    }
}

/* The numbers with which robots say that they were sent too much. */
static int64_t penalty_ms(enum alert_type type, json_int_t code)
{
    if (type == ALERT_DINGTALK && (code == 130101 || code == 410100))
        return DINGTALK_PENALTY_MS;
    if (type == ALERT_WECOM && (code == 45009 || code == 45033))
        return MINUTE_MS;
    if (code == 9499 || code == 11232)
        return MINUTE_MS;
    return 0;
}

static bool word_is_good(enum alert_type type, const char *body,
                         struct strbuf *why, int64_t *wait_ms)
{
    struct robot_word word;
    bool is_good;

    read_word(body, &word);
    is_good = word.is_there && word.code == 0;
    if (!word.is_there) {
        strbuf_add_string(why, _("the answer is not the robot's: "));
        add_shown(why, body);
    } else if (!is_good) {
        strbuf_addf(why, _("the robot refused, code %lld"),
                    (long long)word.code);
        if (word.text) {
            strbuf_add_string(why, ": ");
            add_shown(why, word.text);
        }
        *wait_ms = penalty_ms(type, word.code);
    }
    free(word.text);
    return is_good;
}

bool robot_took(enum alert_type type, const struct robot_answer *answer,
                struct strbuf *why, int64_t *wait_ms)
{
    const char *body = answer->body ? answer->body : "";

    *wait_ms = answer->retry_after_ms;
    if (answer->status < 200 || answer->status > 299) {
        tell_status(answer, why);
        return false;
    }
    if (type == ALERT_WEBHOOK)
        return true;
    if (type != ALERT_SLACK)
        return word_is_good(type, body, why, wait_ms);
    if (strncmp(body, "ok", 2) == 0 && !isalpha((unsigned char)body[2]))
        return true;
    tell_status(answer, why);
    return false;
}
