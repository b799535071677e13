#include "notifier.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "rounds/strbuf.h"

/* systemd's end: a datagram socket with a name of its own. */
struct listener {
    int socket;
    char name[64]; /* as NOTIFY_SOCKET has it */
    char text[512];
};

static void listen_abstract(struct listener *listener)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int length = snprintf(listener->name, sizeof(listener->name),
                          "@rounds-test-%ld", (long)getpid());

    memcpy(address.sun_path + 1, listener->name + 1, (size_t)length - 1);
    listener->socket = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_true(listener->socket >= 0);
    assert_int_equal(bind(listener->socket, (struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
                                      (size_t)length)),
                     0);
}

static const char *next(struct listener *listener)
{
    ssize_t length =
        recv(listener->socket, listener->text, sizeof(listener->text) - 1, 0);

    assert_true(length >= 0);
    listener->text[length] = '\0';
    return listener->text;
}

static void each_word_is_a_datagram_of_its_own(void **state)
{
    struct listener listener;
    struct notifier *notifier;

    (void)state;
    listen_abstract(&listener);
    notifier = notifier_create(listener.name);

    notifier_tell_ready(notifier, "2 endpoints");
    assert_string_equal(next(&listener), "READY=1\nSTATUS=2 endpoints");
    notifier_tell_reloading(notifier, 12345678);
    assert_string_equal(next(&listener),
                        "RELOADING=1\nMONOTONIC_USEC=12345678");
    notifier_tell_status(notifier, "all pass");
    assert_string_equal(next(&listener), "STATUS=all pass");
    notifier_feed_watchdog(notifier);
    assert_string_equal(next(&listener), "WATCHDOG=1");
    notifier_tell_stopping(notifier);
    assert_string_equal(next(&listener), "STOPPING=1");

    notifier_destroy(notifier);
    assert_int_equal(close(listener.socket), 0);
}

static void who_listens_slowly_holds_nobody_up(void **state)
{
    struct listener listener;
    struct notifier *notifier;

    (void)state;
    listen_abstract(&listener);
    notifier = notifier_create(listener.name);
    for (int i = 0; i < 10000; i++)
        notifier_feed_watchdog(notifier);
    assert_string_equal(next(&listener), "WATCHDOG=1");
    notifier_destroy(notifier);
    assert_int_equal(close(listener.socket), 0);
}

static void where_nobody_listens_nothing_is_told(void **state)
{
    static const char *const paths[] = {
        NULL, "", "/", "@", "relative", "/no/such/socket", "vsock:2:1"
    };
    char *longest = xasprintf("/%0200d", 0);

    (void)state;
    for (size_t i = 0; i <= sizeof(paths) / sizeof(paths[0]); i++) {
        struct notifier *notifier = notifier_create(
            i < sizeof(paths) / sizeof(paths[0]) ? paths[i] : longest);

        notifier_tell_ready(notifier, "ready");
        notifier_tell_stopping(notifier);
        notifier_destroy(notifier);
    }
    free(longest);
}

static void a_watchdog_is_fed_twice_as_often_as_it_wants(void **state)
{
    static const struct {
        const char *usec;
        const char *pid;
        int64_t interval_us;
    } cases[] = {
        { NULL, NULL, 0 },
        { "60000000", NULL, 30000000 },
        { "60000000", "7", 30000000 },
        { "60000000", "8", 0 },
        { "0", NULL, 0 },
        { "-5", NULL, 0 },
        { "soon", NULL, 0 },
        { "1", NULL, 1 },
        { "3s", NULL, 0 },
        { "60000000", "", 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(watchdog_interval_us(cases[i].usec, cases[i].pid, 7),
                         cases[i].interval_us);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_word_is_a_datagram_of_its_own),
        cmocka_unit_test(who_listens_slowly_holds_nobody_up),
        cmocka_unit_test(where_nobody_listens_nothing_is_told),
        cmocka_unit_test(a_watchdog_is_fed_twice_as_often_as_it_wants),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
