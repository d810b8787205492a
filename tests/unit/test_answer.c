/* test_answer.c: the head of an answer, read line by line, and what it is worth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include "tools/net/answer.h"
#include <stdlib.h>
#include <string.h>

/* Lines divided by '\n', each in an allocation of just its size: a sanitizer sees an over-read. */
static struct mzg_head read_head(const char *text)
{
    struct mzg_head h = {0};
    for (;;) {
        size_t n = strcspn(text, "\n");
        char *line = malloc(n ? n : 1);
        assert_non_null(line);
        memcpy(line, text, n);
        mzg_head_line(&h, line, n);
        free(line);
        if (!text[n])
            return h;
        text += n + 1;
    }
}

/* ---- reading ---- */

static void the_status_is_read(void **state)
{
    static const struct {
        const char *line;
        unsigned status;
    } cases[] = {
        {"HTTP/1.1 200 OK\r", 200}, {"HTTP/1.0 206 Partial Content\r", 206}, {"HTTP/2 404", 404},
        {"http/1.1   503\r", 503}, {"HTTP/1.1 1000 OK", 0}, {"HTTP/1.1 -200 OK", 0},
        {"HTTP/1.1 abc", 0}, {"HTTP/1.1", 0}, {"HTTP/", 0}, {"HTTP/1.1 ", 0}, {"HTTP", 0}, {"", 0},
        {"HTTP/1.1 99999999999999999999999999 OK", 0}, {"ICY 200 OK", 0}, {"HTTP/1.1\t200", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (read_head(cases[i].line).status != cases[i].status)
            fail_msg("'%s' is read as %u", cases[i].line, read_head(cases[i].line).status);
    }
}

static void a_status_line_begins_anew(void **state)
{
    (void)state;
    struct mzg_head h = read_head("HTTP/1.1 302 Found\nContent-Type: text/html\nContent-Length: 7\n"
                                  "Content-Range: bytes 1-2/3\nContent-Encoding: gzip\nRetry-After: 5\n\n"
                                  "HTTP/1.1 200 OK\n");
    assert_int_equal(h.status, 200);
    assert_false(h.page || h.has_length || h.has_range || h.encoded || h.retry_after);
}

static void lengths_are_read(void **state)
{
    static const struct {
        const char *line;
        bool has;
        uint64_t length;
    } cases[] = {
        {"Content-Length: 12\r", true, 12}, {"content-length:12", true, 12}, {"CONTENT-LENGTH: \t 0", true, 0},
        {"Content-Length: 9223372036854775807\r", true, INT64_MAX},
        {"Content-Length: 18446744073709551609", true, UINT64_MAX - 6},
        {"Content-Length: 18446744073709551616", false, 0},
        {"Content-Length: 99999999999999999999999999999", false, 0},
        {"Content-Length: -1", false, 0}, {"Content-Length: ", false, 0}, {"Content-Length:", false, 0},
        {"Content-Length: x12", false, 0}, {"Content-Length 12", false, 0}, {"X-Content-Length: 12", false, 0},
        {" Content-Length: 12", false, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mzg_head h = read_head(cases[i].line);
        if (h.has_length != cases[i].has || (h.has_length && h.length != cases[i].length))
            fail_msg("'%s': %d, %llu", cases[i].line, h.has_length, (unsigned long long)h.length);
    }
}

static void ranges_are_read(void **state)
{
    static const struct {
        const char *range;
        bool bad;
        uint64_t first, last, total;
    } cases[] = {
        {"bytes 0-99/1000\r", false, 0, 99, 1000}, {"BYTES  5-5/6", false, 5, 5, 6},
        {"bytes 10-20/*", false, 10, 20, 0},       {"bytes 20-10/30", true, 0, 0, 0},
        {"bytes */1000", true, 0, 0, 0},           {"bytes 0-99", true, 0, 0, 0},
        {"bytes 0-99/", true, 0, 0, 0},            {"bytes -99/100", true, 0, 0, 0},
        {"bytes 0-/100", true, 0, 0, 0},           {"items 0-9/10", true, 0, 0, 0},
        {"", true, 0, 0, 0},                       {"bytes", true, 0, 0, 0},
        {"bytes 0-99999999999999999999/100", true, 0, 0, 0},
        {"bytes 0-9/99999999999999999999", true, 0, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[128];
        snprintf(text, sizeof text, "HTTP/1.1 206 OK\nContent-Range: %s", cases[i].range);
        struct mzg_head h = read_head(text);
        assert_true(h.has_range);
        if (h.bad_range != cases[i].bad || (!h.bad_range && (h.first != cases[i].first ||
            h.last != cases[i].last || h.total != cases[i].total)))
            fail_msg("'%s' is read as %d %llu-%llu/%llu", cases[i].range, h.bad_range,
                     (unsigned long long)h.first, (unsigned long long)h.last, (unsigned long long)h.total);
    }
}

static void pages_encodings_and_waits_are_seen(void **state)
{
    (void)state;
    assert_true(read_head("Content-Type: text/html; charset=utf-8").page);
    assert_true(read_head("content-type:TEXT/HTML").page);
    assert_true(read_head("Content-Type: application/xhtml+xml").page);
    assert_false(read_head("Content-Type: application/json").page);
    assert_false(read_head("Content-Type: text/plain; note=text/html").page);
    assert_true(read_head("Content-Encoding: gzip").encoded);
    assert_true(read_head("Content-Encoding: br\r").encoded);
    assert_false(read_head("Content-Encoding: identity\r").encoded);
    assert_int_equal(read_head("Retry-After: 120\r").retry_after, 120);
    assert_int_equal(read_head("Retry-After: 86399").retry_after, 86399);
    assert_int_equal(read_head("Retry-After: 86400").retry_after, 0);
    assert_int_equal(read_head("Retry-After: 99999999999999999999").retry_after, 0);
    assert_int_equal(read_head("Retry-After: Fri, 27 Nov 2026 08:00:00 GMT").retry_after, 0);
    assert_int_equal(read_head("Retry-After: -1").retry_after, 0);
}

/* Every beginning of every line, and bytes that are no text. */
static void garbage_says_nothing(void **state)
{
    static const char *const lines[] = {
        "HTTP/1.1 206 OK", "Content-Length: 12", "Content-Range: bytes 0-99/1000", "Content-Type: text/html",
        "Content-Encoding: gzip", "Retry-After: 9"};
    struct mzg_head none = {0};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        for (size_t n = 0; n <= strlen(lines[i]); n++) {
            char *part = malloc(n ? n : 1);
            assert_non_null(part);
            memcpy(part, lines[i], n);
            mzg_head_line(&(struct mzg_head){0}, part, n);
            free(part);
        }
    }
    struct mzg_head h = read_head("\xff\xfe\nContent\n: 12\n\r\n\t\nContent-Length\xc0: 12\nX: HTTP/1.1 200 OK");
    assert_memory_equal(&h, &none, sizeof h);
    mzg_head_line(&h, "Content-Length:\0 12", 19);
    assert_false(h.has_length);
}

/* ---- judging ---- */

struct judged {
    const char *head;
    uint64_t from, size, most;
    enum mzg_http_end end;
    const char *why;
};

static const struct judged judged[] = {
    /* the whole */
    {"200", 0, 100, 0, MZG_HTTP_RUNNING, NULL},
    {"200\nContent-Length: 100", 0, 100, 0, MZG_HTTP_RUNNING, NULL},
    {"200\nContent-Length: 99", 0, 100, 0, MZG_HTTP_WRONG, "has 99 bytes of it, not 100"},
    {"200\nContent-Length: 101", 0, 100, 0, MZG_HTTP_WRONG, "has 101 bytes"},
    {"200\nContent-Length: 500", 0, 0, 500, MZG_HTTP_RUNNING, NULL},
    {"200\nContent-Length: 501", 0, 0, 500, MZG_HTTP_WRONG, "not at most 500"},
    {"200\nContent-Length: 99999999999999999999999", 0, 0, 500, MZG_HTTP_RUNNING, NULL},
    {"200\nContent-Length: 100", 40, 100, 0, MZG_HTTP_WHOLE, "sends all of it"},
    {"200\nContent-Length: 60", 40, 100, 0, MZG_HTTP_WRONG, "has 60 bytes"},
    {"200\nContent-Type: text/html", 0, 100, 0, MZG_HTTP_WRONG, "web page"},
    {"200\nContent-Encoding: gzip", 0, 100, 0, MZG_HTTP_WRONG, "encoding"},
    /* a part */
    {"206\nContent-Range: bytes 40-99/100", 40, 100, 0, MZG_HTTP_RUNNING, NULL},
    {"206\nContent-Range: bytes 40-99/*", 40, 100, 0, MZG_HTTP_RUNNING, NULL},
    {"206\nContent-Range: bytes 0-99/100", 40, 100, 0, MZG_HTTP_WRONG, "another range"},
    {"206\nContent-Range: bytes 41-99/100", 40, 100, 0, MZG_HTTP_WRONG, "another range"},
    {"206\nContent-Range: bytes 40-98/100", 40, 100, 0, MZG_HTTP_WRONG, "has 100 bytes"},
    {"206\nContent-Range: bytes 40-99/101", 40, 100, 0, MZG_HTTP_WRONG, "has 101 bytes of it, not 100"},
    {"206\nContent-Range: bytes 40-100/*", 40, 100, 0, MZG_HTTP_WRONG, "has 101 bytes"},
    {"206\nContent-Range: bytes 40-18446744073709551609/*", 40, 100, 0, MZG_HTTP_WRONG, "has 1844674"},
    {"206\nContent-Range: bits 40-99/100", 40, 100, 0, MZG_HTTP_WRONG, "another range"},
    {"206", 40, 100, 0, MZG_HTTP_WRONG, "another range"},
    {"206\nContent-Range: bytes 40-99/100\nContent-Type: text/html", 40, 100, 0, MZG_HTTP_WRONG, "web page"},
    /* neither */
    {"404", 0, 100, 0, MZG_HTTP_ABSENT, "status 404"},
    {"410\nContent-Type: text/html", 0, 100, 0, MZG_HTTP_ABSENT, "status 410"},
    {"429", 0, 100, 0, MZG_HTTP_BUSY, "status 429"},
    {"408", 0, 100, 0, MZG_HTTP_BUSY, "status 408"},
    {"500", 0, 100, 0, MZG_HTTP_BUSY, "status 500"},
    {"503\nContent-Type: text/html", 0, 100, 0, MZG_HTTP_BUSY, "status 503"},
    {"599", 0, 100, 0, MZG_HTTP_BUSY, "status 599"},
    {"403", 0, 100, 0, MZG_HTTP_WRONG, "status 403"},
    {"416", 40, 100, 0, MZG_HTTP_WRONG, "status 416"},
    {"304", 0, 100, 0, MZG_HTTP_WRONG, "status 304"},
    {"201", 0, 100, 0, MZG_HTTP_WRONG, "status 201"},
    {"100", 0, 100, 0, MZG_HTTP_WRONG, "status 100"},
    {"x", 0, 100, 0, MZG_HTTP_WRONG, "status 0"},
};

static void an_answer_is_judged_by_its_head(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof judged / sizeof *judged; i++) {
        const struct judged *j = &judged[i];
        char text[256], why[256] = "";
        struct mzg_http_get get = {.from = j->from, .size = j->size, .most = j->most};
        snprintf(text, sizeof text, "HTTP/1.1 %s", j->head);
        struct mzg_head h = read_head(text);
        enum mzg_http_end end = mzg_head_judge(&h, &get, why, sizeof why);
        if (end != j->end || (j->why && !strstr(why, j->why)))
            fail_msg("'%s': %d '%s', not %d '%s'", j->head, end, why, j->end, j->why ? j->why : "");
        char little[8];
        assert_int_equal(mzg_head_judge(&h, &get, little, sizeof little), end);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_status_is_read),
        cmocka_unit_test(a_status_line_begins_anew),
        cmocka_unit_test(lengths_are_read),
        cmocka_unit_test(ranges_are_read),
        cmocka_unit_test(pages_encodings_and_waits_are_seen),
        cmocka_unit_test(garbage_says_nothing),
        cmocka_unit_test(an_answer_is_judged_by_its_head),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
