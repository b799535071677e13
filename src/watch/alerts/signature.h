#ifndef ROUNDS_WATCH_SIGNATURE_H
#define ROUNDS_WATCH_SIGNATURE_H

/*
 * How a robot knows that a message is from us: HMAC-SHA256, each kind in its
 * own way. Pure.
 */

#include <stddef.h>
#include <stdint.h>

#include "rounds/strbuf.h"

/*
 * Base64 of the HMAC of "NOW_MS\nSECRET" under SECRET, percent-encoded: the
 * `sign` of a DingTalk address.
 * https://open.dingtalk.com/document/robots/customize-robot-security-settings
 */
void signature_add_dingtalk(struct strbuf *out, const char *secret,
                            int64_t now_ms);

/*
 * Base64 of the HMAC of nothing under "NOW_S\nSECRET": the `sign` of a Feishu
 * or Lark body.
 * https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
 */
void signature_add_feishu(struct strbuf *out, const char *secret,
                          int64_t now_s);

/* Lower-case hex of the HMAC of "NOW_S.BODY" under SECRET. */
void signature_add_webhook(struct strbuf *out, const char *secret,
                           int64_t now_s, const char *body, size_t length);

/* RFC 4648 section 4, in lines of LINE bytes; 0: on one. */
void base64_add(struct strbuf *out, const void *bytes, size_t length,
                size_t line);

#endif
