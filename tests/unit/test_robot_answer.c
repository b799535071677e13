#include "alerts/robot_answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void a_robot_has_taken_what_its_body_says_it_has(void **state)
{
    static const struct {
        enum alert_type type;
        int status;
        const char *body;
        int64_t retry_after_ms;
        const char *why; /* a part of it; NULL: it was taken */
        int64_t wait_ms;
    } cases[] = {
        { ALERT_DINGTALK, 200, "{\"errcode\":0,\"errmsg\":\"ok\"}", 0, NULL,
          0 },
        { ALERT_DINGTALK, 200,
          "{\"errcode\":310000,\"errmsg\":\"sign not match\"}", 0,
          "code 310000: sign not match", 0 },
        { ALERT_DINGTALK, 200,
          "{\"errcode\":130101,\"errmsg\":\"send too fast\"}", 0,
          "code 130101: send too fast", 600000 },
        { ALERT_DINGTALK, 200, "<html>", 0, "not the robot's: <html>", 0 },
        { ALERT_DINGTALK, 200, "{\"errcode\":\"0\"}", 0, "not the robot's", 0 },
        { ALERT_DINGTALK, 200, "", 0, "not the robot's", 0 },
        { ALERT_DINGTALK, 502, "{\"errcode\":0}", 0, "HTTP status 502", 0 },
        { ALERT_WECOM, 200, "{\"errcode\":0,\"errmsg\":\"ok\"}", 0, NULL, 0 },
        { ALERT_WECOM, 200,
          "{\"errcode\":93000,\"errmsg\":\"invalid webhook url\"}", 0,
          "code 93000: invalid webhook url", 0 },
        { ALERT_WECOM, 200,
          "{\"errcode\":45009,\"errmsg\":\"api freq out of limit\"}", 0,
          "code 45009", 60000 },
        { ALERT_FEISHU, 200, "{\"code\":0,\"msg\":\"success\",\"data\":{}}", 0,
          NULL, 0 },
        { ALERT_FEISHU, 200, "{\"StatusCode\":0,\"StatusMessage\":\"success\"}",
          0, NULL, 0 },
        { ALERT_FEISHU, 200,
          "{\"code\":19021,\"msg\":\"sign match fail or timestamp is not "
          "within one hour from current time\"}",
          0, "code 19021: sign match fail", 0 },
        { ALERT_LARK, 200, "{\"code\":11232,\"msg\":\"frequency limited\"}", 0,
          "code 11232: frequency limited", 60000 },
        { ALERT_SLACK, 200, "ok", 0, NULL, 0 },
        { ALERT_SLACK, 200, "okay, log in first", 0, "HTTP status 200: okay",
          0 },
        { ALERT_SLACK, 404, "no_service", 0, "HTTP status 404: no_service", 0 },
        { ALERT_SLACK, 429, "rate_limited", 30000,
          "HTTP status 429: rate_limited", 30000 },
        { ALERT_WEBHOOK, 204, NULL, 0, NULL, 0 },
        { ALERT_WEBHOOK, 200, "anything", 0, NULL, 0 },
        { ALERT_WEBHOOK, 302, "", 0, "HTTP status 302", 0 },
        { ALERT_WEBHOOK, 503, "busy\x1b[31m", 120000,
          "HTTP status 503: busy\\x1B[31m", 120000 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct robot_answer answer = { cases[i].status, cases[i].body,
                                             cases[i].retry_after_ms };
        struct strbuf why = STRBUF_INIT;
        int64_t wait_ms = -1;
        bool was_taken = robot_took(cases[i].type, &answer, &why, &wait_ms);

        if (was_taken != !cases[i].why || wait_ms != cases[i].wait_ms ||
            (cases[i].why && !strstr(why.data, cases[i].why)))
            fail_msg("%zu: %s, %lld", i, why.data, (long long)wait_ms);
        strbuf_release(&why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_robot_has_taken_what_its_body_says_it_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
