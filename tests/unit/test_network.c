#include "rounds/network.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void ranges_hold_the_addresses_whose_first_bits_agree(void **state)
{
    static const struct {
        const char *range, *host;
        bool holds;
    } cases[] = {
        { "10.0.0.0/8", "10.255.1.2", true },
        { "10.0.0.0/8", "11.0.0.1", false },
        { "172.16.0.0/12", "172.31.255.255", true },
        { "172.16.0.0/12", "172.32.0.0", false },
        { "192.0.2.7", "192.0.2.7", true },
        { "192.0.2.7", "192.0.2.8", false },
        { "0.0.0.0/0", "8.8.8.8", true },
        { "0.0.0.0/0", "::1", false },
        { "fd00::/8", "fd12:3456::1", true },
        { "fd00::/8", "[fd12:3456::1]", true },
        { "fe80::/10", "fe80::1%eth0", true },
        { "2001:db8::/33", "2001:db8:8000::1", false },
        { "10.0.0.0/8", "ten.example", false },
        { "10.0.0.0/8", "", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cidr cidr;

        assert_true(cidr_parse(cases[i].range, &cidr));
        assert_int_equal(cidr_holds(&cidr, cases[i].host), cases[i].holds);
    }
}

static void what_is_no_range_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0/8",
        "10.0.0.0/8x",
        "10.0.0.0/008x",
        "::/129",
        "*.example",
        "10.0.0.0/ 8",
        "/8",
        "300.0.0.1",
    };
    struct cidr cidr;

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_false(cidr_parse(texts[i], &cidr));
}

static void hosts_find_their_network(void **state)
{
    static const char *const globs[] = { "*.corp.example", "db?.example" };
    static const struct cidr ranges[] = { { { 203, 0 }, 4, 16 } };
    static const struct network networks[] = {
        { .name = "office",
          .host_globs = globs,
          .host_glob_count = 2,
          .cidrs = ranges,
          .cidr_count = 1 },
        { .name = NETWORK_INTRANET },
        { .name = NETWORK_PUBLIC },
    };
    static const struct {
        const char *host;
        size_t network;
    } cases[] = {
        { "www.corp.example", 0 },
        { "a.b.corp.example", 0 },
        { "WWW.Corp.Example", 0 },
        { "corp.example", 2 },
        { "db1.example", 0 },
        { "db10.example", 2 },
        { "203.0.113.9", 0 },
        { "203.1.113.9", 2 },
        { "localhost", 1 },
        { "app.localhost", 1 },
        { "printer", 1 },
        { "printer.", 1 },
        { "printer.local", 1 },
        { "nas.LAN", 1 },
        { "x.internal", 1 },
        { "127.0.0.1", 1 },
        { "10.1.2.3", 1 },
        { "172.20.0.1", 1 },
        { "192.168.1.1", 1 },
        { "100.64.0.1", 1 },
        { "169.254.169.254", 1 },
        { "::1", 1 },
        { "[::1]", 1 },
        { "fd00::1", 1 },
        { "fe80::1%eth0", 1 },
        { "::ffff:10.0.0.1", 1 },
        { "8.8.8.8", 2 },
        { "2606:4700::1", 2 },
        { "www.example.com", 2 },
        { "notlocal", 1 },
        { "x.notlocal", 2 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(network_of_host(networks, 3, cases[i].host),
                         cases[i].network);
}

static void a_glob_full_of_stars_ends_soon(void **state)
{
    static const char *const globs[] = { "*a*a*a*a*a*a*a*a*a*a*a*a*a*b" };
    static const struct network networks[] = {
        { .name = "odd", .host_globs = globs, .host_glob_count = 1 },
        { .name = NETWORK_INTRANET },
        { .name = NETWORK_PUBLIC },
    };
    char host[4096];

    (void)state;
    for (size_t i = 0; i < sizeof(host); i++)
        host[i] = 'a';
    host[sizeof(host) - 1] = '\0';
    assert_int_equal(network_of_host(networks, 3, host), 1);
}

static void addresses_that_are_not_of_the_internet_are_private(void **state)
{
    static const struct {
        const char *address;
        bool is_private;
    } cases[] = {
        { "127.0.0.1", true },
        { "127.255.255.255", true },
        { "0.0.0.0", true },
        { "10.0.0.1", true },
        { "172.15.255.255", false },
        { "172.16.0.0", true },
        { "192.168.0.1", true },
        { "100.63.255.255", false },
        { "100.64.0.0", true },
        { "100.128.0.0", false },
        { "169.254.169.254", true },
        { "224.0.0.1", true },
        { "255.255.255.255", true },
        { "192.0.2.1", true },
        { "198.18.0.1", true },
        { "8.8.8.8", false },
        { "::", true },
        { "::1", true },
        { "fc00::1", true },
        { "fe80::1", true },
        { "fe80::1%2", true },
        { "ff02::1", true },
        { "fec0::1", true },
        { "::ffff:127.0.0.1", true },
        { "::ffff:8.8.8.8", false },
        { "::127.0.0.1", true },
        { "64:ff9b::7f00:1", true },
        { "64:ff9b::808:808", false },
        { "2002:7f00:1::", true },
        { "2002:808:808::", false },
        { "2606:4700::1111", false },
        { "www.example.com", false },
        { "", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(address_is_private(cases[i].address),
                         cases[i].is_private);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_hold_the_addresses_whose_first_bits_agree),
        cmocka_unit_test(what_is_no_range_is_refused),
        cmocka_unit_test(hosts_find_their_network),
        cmocka_unit_test(a_glob_full_of_stars_ends_soon),
        cmocka_unit_test(addresses_that_are_not_of_the_internet_are_private),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
