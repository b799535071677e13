#ifndef ROUNDS_CHECK_ALERT_H
#define ROUNDS_CHECK_ALERT_H

/*
 * Fatal TLS alerts from the peer. With TLS 1.3 a server refuses a client
 * certificate only after the handshake is done for us, and libcurl then tells
 * no more than a failed read; the alert tells what it was. By the time libcurl
 * tells, the connection is gone: what was seen of it is an object of its own,
 * which the connection and those who use it share. All of them belong to one
 * thread at a time.
 * https://www.openssl.org/docs/man3.0/man3/SSL_CTX_set_info_callback.html
 */

#include <openssl/ssl.h>
#include <stdbool.h>

struct alert;

/* To be called before a connection is made of CONTEXT. */
void alert_watch(SSL_CTX *context);

/* What will be seen of CONNECTION from now on, to be released. */
struct alert *alert_of(SSL *connection);
bool alert_was_fatal(const struct alert *alert); /* NULL: no */
void alert_release(struct alert *alert);         /* NULL is allowed */

#endif
