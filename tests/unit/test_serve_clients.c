/* Who may be connected: limits in all and of one address, and who goes when it is full. The descriptors
 * are no sockets, or none at all, so that ending them does nothing. */
#include "tools/net/serve/clients.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#define FD 1000 /* not open */

static struct mzg_clients *clients;

static void make(unsigned connections, unsigned per_client)
{
    struct mzg_err e;
    struct mzg_clients_limits limits = {connections, per_client, 30000};
    assert_int_equal(mzg_clients_new(&clients, &limits, &e), MZG_OK);
}

static bool admit(int fd, const char *address, uint64_t now)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    struct sockaddr_in four = {.sin_family = AF_INET};
    if (inet_pton(AF_INET, address, &four.sin_addr) == 1)
        return mzg_clients_admit(clients, fd, (struct sockaddr *)&four, now);
    assert_int_equal(inet_pton(AF_INET6, address, &six.sin6_addr), 1);
    return mzg_clients_admit(clients, fd, (struct sockaddr *)&six, now);
}

static void an_address_gets_its_number(void **state)
{
    (void)state;
    make(100, 2);
    assert_true(admit(FD, "10.0.0.1", 0));
    assert_true(admit(FD + 1, "::ffff:10.0.0.1", 0)); /* the same */
    assert_false(admit(FD + 2, "10.0.0.1", 0));
    assert_true(admit(FD + 2, "10.0.0.2", 0));
    assert_true(admit(FD + 3, "fd00::2", 0));
    assert_ptr_equal(mzg_clients_begin(clients, FD), mzg_clients_begin(clients, FD + 1));
    assert_ptr_not_equal(mzg_clients_begin(clients, FD), mzg_clients_begin(clients, FD + 2));
    assert_null(mzg_clients_begin(clients, FD + 4));
    assert_int_equal(mzg_clients_count(clients).connections, 4);
    assert_int_equal(mzg_clients_count(clients).clients, 3);
    assert_int_equal(mzg_clients_count(clients).refused, 1);
    mzg_clients_gone(clients, FD);
    mzg_clients_gone(clients, FD);
    assert_true(admit(FD, "10.0.0.1", 0));
    mzg_clients_free(clients);
}

static void who_waits_makes_room_for_others(void **state)
{
    (void)state;
    make(3, 3);
    assert_true(admit(FD, "10.0.0.1", 0));
    assert_true(admit(FD + 1, "10.0.0.1", 1));
    assert_true(admit(FD + 2, "10.0.0.2", 0));
    /* Nobody has been there for long. */
    assert_false(admit(FD + 3, "10.0.0.3", MZG_CLIENTS_GRACE - 1));
    /* The one with two loses the older of them, though another has waited as long. */
    assert_true(admit(FD + 3, "10.0.0.3", MZG_CLIENTS_GRACE + 1));
    assert_int_equal(mzg_clients_count(clients).connections, 4);
    mzg_clients_gone(clients, FD);
    assert_int_equal(mzg_clients_count(clients).connections, 3);
    assert_non_null(mzg_clients_begin(clients, FD + 1));
    assert_non_null(mzg_clients_begin(clients, FD + 2));
    /* Who is being served stays; who has more does not take from who has less. */
    assert_false(admit(FD + 4, "10.0.0.1", 5000));
    assert_true(admit(FD + 4, "10.0.0.4", 5000));
    assert_int_equal(mzg_clients_dismiss(clients), 2);
    mzg_clients_free(clients);
}

static void they_all_fit_while_some_leave(void **state)
{
    unsigned admitted = 0;
    char address[40];
    (void)state;
    make(8, 100);
    for (int i = 0; i < 1000; i++) {
        snprintf(address, sizeof address, "10.0.%d.%d", i / 250, i % 250);
        admitted += admit(FD + i, address, (uint64_t)i * 10000); /* none is ever gone */
    }
    assert_int_equal(admitted, 8 + MZG_CLIENTS_LEAVING);
    assert_int_equal(mzg_clients_count(clients).refused, 1000 - admitted);
    mzg_clients_free(clients);
}

/* Whether the other end of a socket has been told that this is the end. */
static bool is_ended(int other)
{
    char byte;
    return recv(other, &byte, 1, MSG_DONTWAIT) == 0;
}

static void a_request_has_its_time(void **state)
{
    int pairs[3][2];
    (void)state;
    make(3, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]), 0);
        assert_true(admit(pairs[i][0], "10.0.0.1", i == 2 ? 10000 : 0));
    }
    mzg_clients_begin(clients, pairs[1][0]);
    mzg_clients_sweep(clients, 29999);
    assert_false(is_ended(pairs[0][1]));
    mzg_clients_sweep(clients, 30000);
    assert_true(is_ended(pairs[0][1]));
    assert_false(is_ended(pairs[1][1])); /* is being served */
    assert_false(is_ended(pairs[2][1])); /* came later */
    mzg_clients_end(clients, pairs[1][0], 35000);
    mzg_clients_sweep(clients, 64999);
    assert_false(is_ended(pairs[1][1]));
    assert_true(is_ended(pairs[2][1]));
    assert_int_equal(mzg_clients_dismiss(clients), 0);
    assert_true(is_ended(pairs[1][1]));
    for (int i = 0; i < 6; i++)
        close(pairs[i / 2][i % 2]);
    mzg_clients_free(clients);
}

/* The clock was read before the connection came, by another thread. */
static void who_came_a_moment_ago_has_not_waited(void **state)
{
    (void)state;
    make(1, 3);
    assert_true(admit(FD, "10.0.0.1", 5001));
    mzg_clients_sweep(clients, 5000);
    assert_false(admit(FD + 1, "10.0.0.2", 5000));
    assert_non_null(mzg_clients_begin(clients, FD));
    assert_int_equal(mzg_clients_dismiss(clients), 1);
    mzg_clients_free(clients);
}

static void a_number_that_comes_back_is_a_new_connection(void **state)
{
    (void)state;
    make(2, 1);
    assert_true(admit(FD, "10.0.0.1", 0));
    assert_true(admit(FD, "10.0.0.1", 0)); /* closed without our being told */
    assert_int_equal(mzg_clients_count(clients).connections, 1);
    mzg_clients_free(clients);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_gets_its_number),
        cmocka_unit_test(who_waits_makes_room_for_others),
        cmocka_unit_test(they_all_fit_while_some_leave),
        cmocka_unit_test(a_request_has_its_time),
        cmocka_unit_test(who_came_a_moment_ago_has_not_waited),
        cmocka_unit_test(a_number_that_comes_back_is_a_new_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
