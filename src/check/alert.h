#ifndef ROUNDS_CHECK_ALERT_H
#define ROUNDS_CHECK_ALERT_H

/*
 * Fatal TLS alerts from the peer. With TLS 1.3 a server refuses a client
 * certificate only after the handshake is done for us, and libcurl then tells
 * no more than a failed read; the alert tells what it was. Seen per thread.
 * https://www.openssl.org/docs/man3.0/man3/SSL_CTX_set_info_callback.html
 */

#include <openssl/ssl.h>
#include <stdbool.h>

void alert_watch(SSL_CTX *context);
void alert_forget(void);    /* a new transfer begins in this thread */
bool alert_was_fatal(void); /* since it was last asked or forgotten */

#endif
