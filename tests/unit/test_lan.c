/* test_lan.c: what is believed of what the local network says, and work that is left behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include "tools/net/lan/engine.h"
#include "tools/net/lan/find.h"
#include "tools/net/lan/task.h"
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* ---- addresses and networks ---- */

static struct sockaddr_storage address(const char *text)
{
    struct sockaddr_storage a = {.ss_family = strchr(text, ':') ? AF_INET6 : AF_INET};
    void *to = a.ss_family == AF_INET6 ? (void *)&((struct sockaddr_in6 *)&a)->sin6_addr
                                       : (void *)&((struct sockaddr_in *)&a)->sin_addr;
    assert_int_equal(inet_pton(a.ss_family, text, to), 1);
    return a;
}

/* Interface 1 is the only one whose number is sure to be known: lo. */
static struct sockaddr_storage own[3], masks[3];
static char lo[] = "lo";
static struct ifaddrs here[3];

static int set_up(void **state)
{
    static const char *const text[][2] = {{"10.0.0.1", "255.255.255.0"}, {"fe80::1", "ffff:ffff:ffff:ffff::"},
                                          {"192.168.7.1", "0.0.0.0"}};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        own[i] = address(text[i][0]);
        masks[i] = address(text[i][1]);
        here[i] = (struct ifaddrs){.ifa_next = i < 2 ? &here[i + 1] : NULL, .ifa_name = lo, .ifa_flags = IFF_UP,
                                   .ifa_addr = (struct sockaddr *)&own[i],
                                   .ifa_netmask = (struct sockaddr *)&masks[i]};
    }
    return 0;
}

static bool near(const char *text, unsigned interface)
{
    struct sockaddr_storage a = address(text);
    return mzg_lan_is_near((struct sockaddr *)&a, interface, here);
}

static void only_the_network_it_was_heard_on(void **state)
{
    unsigned i = if_nametoindex("lo");
    (void)state;
    assert_true(near("10.0.0.77", i));
    assert_true(near("fe80::9", i));
    assert_false(near("10.0.0.77", i + 1));
    assert_false(near("10.0.1.77", i));
    assert_false(near("127.0.0.1", i));
    assert_false(near("203.0.113.5", i)); /* not even by an interface without a mask */
    assert_false(near("0.0.0.0", i));
    assert_false(near("255.255.255.255", i));
    assert_false(near("224.0.0.251", i));
    assert_false(near("::1", i));
    assert_false(near("::", i));
    assert_false(near("ff02::fb", i));
    assert_false(near("2001:db8::1", i));
    here[0].ifa_flags = IFF_UP | IFF_POINTOPOINT;
    assert_false(near("10.0.0.77", i));
    here[0].ifa_flags = 0;
    assert_false(near("10.0.0.77", i));
}

static void addresses_become_urls(void **state)
{
    static const struct {
        const char *address, *path, *url;
    } is[] = {{"10.0.0.5", "/", "http://10.0.0.5:8420/"},
              {"2001:db8::5", "/a", "http://[2001:db8::5]:8420/a"},
              {"fe80::5", "/", "http://[fe80::5%253]:8420/"}};
    char url[MZG_LAN_URL];
    (void)state;
    for (size_t k = 0; k < sizeof is / sizeof *is; k++) {
        struct sockaddr_storage a = address(is[k].address);
        assert_true(mzg_lan_url(url, (struct sockaddr *)&a, 3, 8420, is[k].path));
        assert_string_equal(url, is[k].url);
        assert_false(mzg_lan_url(url, (struct sockaddr *)&a, 3, 0, "/"));
    }
}

/* ---- texts ---- */

static void names(void **state)
{
    char name[MZG_LAN_NAME + 1] = "";
    (void)state;
    mzg_lan_name_default(name);
    assert_true(mzg_lan_name_valid(name));
    assert_true(mzg_lan_name_valid("Shule ya Kijiji \xe2\x84\x96 1"));
    assert_false(mzg_lan_name_valid(""));
    assert_false(mzg_lan_name_valid("a\nb"));
    assert_false(mzg_lan_name_valid("\x1b[2J"));
    assert_false(mzg_lan_name_valid("\x7f"));
    assert_false(mzg_lan_name_valid("\xc2\x9b"));
    assert_false(mzg_lan_name_valid("\xff"));
    memset(name, 'a', MZG_LAN_NAME);
    assert_false(mzg_lan_name_valid(name));
    name[MZG_LAN_NAME - 1] = '\0';
    assert_true(mzg_lan_name_valid(name));
}

/* The path that items, apart by '|', come to; "" when they are not for us. */
static const char *path_of(const char *items)
{
    static struct mzg_lan_txt t;
    memset(&t, 0, sizeof t);
    for (size_t n; *items; items += n + (items[n] == '|')) {
        n = strcspn(items, "|");
        mzg_lan_txt_take(&t, items, n);
    }
    return mzg_lan_txt_good(&t) ? t.path : "";
}

static void txt_records(void **state)
{
    static const char *const bad[] = {
        "", "path=/", "v", "v=", "v=2", "v=11", "v=1 ", "=1", "v=2|v=1", "v=1|path=", "v=1|path=repo",
        "v=1|path=/../x", "v=1|path=/.hidden", "v=1|path=/a/./b", "v=1|path=//host/x", "v=1|path=/a?b",
        "v=1|path=/a#b", "v=1|path=/a%2e", "v=1|path=/a b", "v=1|path=/a@b", "v=1|path=/a\nb",
        "v=1|path=/a\\b", "v=1|path=/\xc3\xa9", "v=1|path=http://h/"};
    struct mzg_lan_txt t = {.has_v = false};
    char longest[160] = "path=/";
    (void)state;
    assert_string_equal(path_of("v=1"), "/");
    assert_string_equal(path_of("V=1|PATH=/repo/a_b-c.d~e+f"), "/repo/a_b-c.d~e+f");
    assert_string_equal(path_of("x=y|flag|v=1|path=/a|path=/../b|v=7"), "/a");
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        if (*path_of(bad[k]))
            fail_msg("'%s'", bad[k]);
    }
    mzg_lan_txt_take(&t, "v=1", 3);
    mzg_lan_txt_take(&t, "path=/a\0b", 9);
    assert_false(mzg_lan_txt_good(&t));
    for (size_t n = MZG_LAN_PATH - 1; n <= MZG_LAN_PATH; n++) {
        memset(longest + 6, 'a', n - 1);
        t = (struct mzg_lan_txt){.has_v = true};
        mzg_lan_txt_take(&t, longest, 5 + n);
        assert_int_equal(mzg_lan_txt_good(&t), n < MZG_LAN_PATH);
    }
}

/* ---- what is kept of it ---- */

static bool hear_of(struct mzg_lan_found *found, const char *name, const char *where, bool elsewhere)
{
    struct sockaddr_storage a = address(where);
    struct mzg_engine_heard s = {.name = name, .interface = if_nametoindex("lo"), .port = 80,
                                 .address = (struct sockaddr *)&a, .txt = {.has_v = true}};
    return mzg_lan_hear(found, &s, here, elsewhere);
}

static bool hear(struct mzg_lan_found *found, const char *name, const char *where)
{
    return hear_of(found, name, where, false);
}

static void a_server_is_one(void **state)
{
    struct mzg_lan_found found = {.n = 0};
    (void)state;
    assert_true(hear(&found, "a", "fe80::9"));
    assert_true(hear(&found, "a", "10.0.0.9"));
    assert_true(hear(&found, "a", "fe80::9"));
    assert_int_equal(found.n, 1);
    assert_string_equal(found.server[0].url, "http://10.0.0.9:80/");
    assert_false(hear(&found, "b", "10.9.9.9"));
    assert_false(hear(&found, "\x1b]", "10.0.0.9"));
    assert_int_equal(found.n, 1);
}

static void this_machine_is_not_elsewhere(void **state)
{
    struct mzg_lan_found found = {.n = 0};
    (void)state;
    assert_true(hear_of(&found, "a", "10.0.0.1", false));
    assert_true(hear_of(&found, "b", "10.0.0.2", true));
    assert_false(hear_of(&found, "c", "10.0.0.1", true));
    assert_false(hear_of(&found, "d", "fe80::1", true));
    assert_int_equal(found.n, 2);
}

static void a_flood_has_an_end(void **state)
{
    struct mzg_lan_found found = {.n = 0};
    char name[16];
    (void)state;
    for (int k = 0; k < 100; k++) {
        snprintf(name, sizeof name, "s%d", k);
        assert_int_equal(hear(&found, name, "10.0.0.9"), k < MZG_LAN_SERVERS);
    }
    assert_int_equal(found.n, MZG_LAN_SERVERS);
}

/* ---- work that is left behind ---- */

struct job {
    sem_t go, cleared;
    atomic_int clears;
};

static void work(void *ctx)
{
    struct job *j = ctx;
    while (sem_wait(&j->go) != 0)
        continue;
}

static void clear(void *ctx)
{
    struct job *j = ctx;
    atomic_fetch_add(&j->clears, 1);
    sem_post(&j->cleared);
}

static void work_is_cleared_once(void **state)
{
    (void)state;
    for (int left = 0; left < 2; left++) {
        struct job j = {.clears = 0};
        struct mzg_task *t;
        struct mzg_err e;
        sem_init(&j.go, 0, 0);
        sem_init(&j.cleared, 0, 0);
        assert_int_equal(mzg_task_start(&t, work, clear, &j, &e), MZG_OK);
        assert_false(mzg_task_wait(t, 1));
        if (left) {
            mzg_task_leave(t);
            assert_int_equal(atomic_load(&j.clears), 0);
            sem_post(&j.go);
        } else {
            sem_post(&j.go);
            while (!mzg_task_wait(t, 1000))
                continue;
            assert_int_equal(atomic_load(&j.clears), 0);
            mzg_task_leave(t);
        }
        assert_int_equal(sem_wait(&j.cleared), 0);
        assert_int_equal(atomic_load(&j.clears), 1);
        sem_destroy(&j.go);
        sem_destroy(&j.cleared);
    }
    mzg_task_leave(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(only_the_network_it_was_heard_on, set_up),
        cmocka_unit_test(addresses_become_urls),
        cmocka_unit_test(names),
        cmocka_unit_test(txt_records),
        cmocka_unit_test_setup(a_server_is_one, set_up),
        cmocka_unit_test_setup(this_machine_is_not_elsewhere, set_up),
        cmocka_unit_test_setup(a_flood_has_an_end, set_up),
        cmocka_unit_test(work_is_cleared_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
