#include "fixture.h"

#include "formats/base/file.h"
#include "formats/base/sha256.h"
#include "formats/model/journal.h"
#include "formats/mzigo.h"
#include "kernels/kernels.h"
#include <sys/stat.h>

/* Tensors enough to stop among them, two of more than a batch would be slow: sizes differ instead. */
#define TENSORS 7
#define WIDE 96
#define TALL 50

struct two { /* outputs of one conversion */
    struct fixture f;
    char a[128], b[128], want_a[128], want_b[128], part_a[160], part_b[160], journal[160];
    int steps, stop_at, notes;
    char last_note[256];
    unsigned threads;
    const char *effort;
    struct mzg_err e;
};

static void make_source(struct fixture *f, uint64_t seed)
{
    static float x[TENSORS][TALL * WIDE];
    static char names[TENSORS][16];
    struct fixture_tensor t[TENSORS];
    for (size_t i = 0; i < TENSORS; i++) {
        size_t rows = 1 + i * 8;
        fixture_floats(x[i], rows * WIDE, seed + i);
        snprintf(names[i], sizeof names[i], "t%zu.weight", i);
        t[i] = (struct fixture_tensor){names[i], "F32", {rows, WIDE}, 2, x[i], rows * WIDE * 4};
    }
    fixture_safetensors(f->path[0], t, TENSORS);
}

static bool step(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    struct two *t = ctx;
    (void)done, (void)total;
    return strcmp(what, "converting") != 0 || ++t->steps != t->stop_at;
}

static void note(void *ctx, const char *text)
{
    struct two *t = ctx;
    t->notes++;
    snprintf(t->last_note, sizeof t->last_note, "%s", text);
}

static enum mzg_code convert(struct two *t, const char *a, const char *b, bool resume)
{
    struct mzg_convert_options opt = {.raw = true, .resume = resume, .effort = t->effort};
    struct mzg_convert_output outs[2] = {{"Q8_0", a}, {"Q4_0", b}};
    struct mzg_run run = {.threads = t->threads, .cpu = mzg_cpu_features(), .progress = {step, t},
                          .notify = {note, t}};
    t->steps = t->notes = 0;
    return mzg_convert_several(t->f.path[0], outs, 2, &opt, &run, NULL, &t->e);
}

static bool same(const char *a, const char *b)
{
    size_t n, m;
    char *x = fixture_load(a, &n), *y = fixture_load(b, &m);
    bool yes = n == m && memcmp(x, y, n) == 0;
    free(x);
    free(y);
    return yes;
}

static void setup(struct two *t)
{
    memset(t, 0, sizeof *t);
    fixture_open(&t->f);
    fixture_path(&t->f, 0, "in.safetensors");
    make_source(&t->f, 1);
    const struct { char *to; size_t size; const char *name; } names[] = {
        {t->a, sizeof t->a, "a.gguf"}, {t->b, sizeof t->b, "b.gguf"},
        {t->want_a, sizeof t->want_a, "want-a"}, {t->want_b, sizeof t->want_b, "want-b"},
        {t->part_a, sizeof t->part_a, "a.gguf" MZG_PART}, {t->part_b, sizeof t->part_b, "b.gguf" MZG_PART},
        {t->journal, sizeof t->journal, "a.gguf" MZG_JOURNAL},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        snprintf(names[i].to, names[i].size, "%s/%s", t->f.dir, names[i].name);
    t->threads = 1;
    assert_int_equal(convert(t, t->want_a, t->want_b, false), MZG_OK);
}

/* Stops where `n` tensors have been read: with one thread as many are done. */
static void stop_after(struct two *t, int n)
{
    t->stop_at = n;
    assert_int_equal(convert(t, t->a, t->b, true), MZG_STOPPED);
    t->stop_at = 0;
    assert_non_null(strstr(t->last_note, "is kept"));
    assert_int_equal(access(t->a, F_OK), -1);
    assert_int_equal(access(t->part_a, F_OK), 0);
    assert_int_equal(access(t->journal, F_OK), 0);
}

/* Goes on, to the end; nothing but the outputs is left. steps: batches that were read for quantizing. */
static void finish(struct two *t, int steps)
{
    assert_int_equal(convert(t, t->a, t->b, true), MZG_OK);
    assert_true(same(t->a, t->want_a) && same(t->b, t->want_b));
    assert_int_equal(t->steps, steps);
    assert_int_equal(fixture_entries(&t->f), 5);
    assert_int_equal(unlink(t->a) + unlink(t->b), 0);
}

static void it_goes_on_behind_the_last_tensor(void **state)
{
    (void)state;
    struct two t;
    setup(&t);
    for (int n = 1; n <= TENSORS; n++) {
        for (t.threads = 1; t.threads <= 3; t.threads += 2) {
            char want[64];
            stop_after(&t, n);
            finish(&t, TENSORS - n);
            snprintf(want, sizeof want, "going on: %d of %d", n, TENSORS);
            assert_int_equal(t.notes, 1);
            assert_non_null(strstr(t.last_note, want));
        }
    }
    fixture_close(&t.f);
}

static void it_may_be_stopped_again_and_again(void **state)
{
    (void)state;
    struct two t;
    setup(&t);
    for (int n = 0; n < TENSORS; n++)
        stop_after(&t, 1);
    finish(&t, 0);
    fixture_close(&t.f);
}

/* ---- what was kept is not what it was ---- */

/* The state after four tensors, to be spoilt again and again. */
struct kept {
    char *data[3];
    size_t len[3];
};

static const char *kept_path(const struct two *t, int i)
{
    return i == 0 ? t->journal : i == 1 ? t->part_a : t->part_b;
}

static void keep(struct two *t, struct kept *k)
{
    setup(t);
    stop_after(t, 4);
    for (int i = 0; i < 3; i++)
        k->data[i] = fixture_load(kept_path(t, i), &k->len[i]);
}

static void put_back(const struct two *t, const struct kept *k)
{
    for (int i = 0; i < 3; i++) {
        FILE *f = fopen(kept_path(t, i), "wb");
        assert_non_null(f);
        assert_int_equal(fwrite(k->data[i], 1, k->len[i], f), k->len[i]);
        assert_int_equal(fclose(f), 0);
    }
}

static void let_go(struct two *t, struct kept *k)
{
    for (int i = 0; i < 3; i++)
        free(k->data[i]);
    fixture_close(&t->f);
}

/* One bit of the journal, anywhere: lines before it hold, and what comes of it is right. */
static void a_spoilt_journal_is_found(void **state)
{
    (void)state;
    struct two t;
    struct kept k;
    keep(&t, &k);
    for (size_t at = 0, holds = 0; at < k.len[0]; at++) {
        if (at > 0 && k.data[0][at - 1] == '\n' && memchr(k.data[0], '\n', at - 1) != NULL)
            holds++; /* all lines before this byte, but the first */
        if (at > 100 && at % 23 != 0)
            continue;
        put_back(&t, &k);
        fixture_flip(t.journal, (long)at, (int)(at % 7));
        finish(&t, TENSORS - (int)holds);
        assert_true(t.notes > 0);
    }
    let_go(&t, &k);
}

static void a_journal_may_end_anywhere(void **state)
{
    (void)state;
    struct two t;
    struct kept k;
    keep(&t, &k);
    for (size_t len = 0; len <= k.len[0]; len += 7) {
        size_t lines = 0;
        for (size_t i = 0; i < len; i++)
            lines += k.data[0][i] == '\n';
        put_back(&t, &k);
        assert_int_equal(truncate(t.journal, (long)len), 0);
        finish(&t, TENSORS - (lines > 0 ? (int)lines - 1 : 0));
    }
    let_go(&t, &k);
}

/* Lines in another order, or said twice, are not believed. */
static void a_journal_of_mixed_lines_is_found(void **state)
{
    (void)state;
    struct two t;
    struct kept k;
    keep(&t, &k);
    const char *second = strchr(k.data[0], '\n') + 1, *third = strchr(second, '\n') + 1;
    put_back(&t, &k);
    FILE *f = fopen(t.journal, "wb");
    fwrite(k.data[0], 1, (size_t)(second - k.data[0]), f);
    fwrite(third, 1, (size_t)(k.data[0] + k.len[0] - third), f);
    fclose(f);
    finish(&t, TENSORS);
    put_back(&t, &k);
    f = fopen(t.journal, "ab");
    fwrite(second, 1, (size_t)(third - second), f);
    fclose(f);
    finish(&t, TENSORS - 4);
    let_go(&t, &k);
}

/* A bit of any block, a part that is cut short, one that is too long, one that is gone. */
static void a_spoilt_part_is_found(void **state)
{
    (void)state;
    struct two t;
    struct kept k;
    keep(&t, &k);
    for (int i = 1; i < 3; i++) {
        struct mzg_weights w;
        const char *want = i == 1 ? t.want_a : t.want_b;
        for (int j = 0; j < 4; j++) {
            char name[16];
            snprintf(name, sizeof name, "t%d.weight", j);
            assert_int_equal(mzg_weights_open(&w, want, &t.e), MZG_OK);
            const struct mzg_tensor *tensor = mzg_weights_find(&w, name);
            put_back(&t, &k);
            fixture_flip(kept_path(&t, i), (long)(tensor->offset + tensor->bytes - 1), j);
            mzg_weights_close(&w);
            finish(&t, TENSORS - j);
            assert_int_equal(t.notes, j > 0 ? 2 : 1);
        }
        put_back(&t, &k);
        assert_int_equal(truncate(kept_path(&t, i), (long)k.len[i] - 40), 0);
        finish(&t, TENSORS - 3);
        put_back(&t, &k);
        assert_int_equal(truncate(kept_path(&t, i), 1 << 20), 0);
        finish(&t, TENSORS);
        put_back(&t, &k);
        assert_int_equal(unlink(kept_path(&t, i)), 0);
        finish(&t, TENSORS);
    }
    let_go(&t, &k);
}

static void another_source_or_other_options_begin_anew(void **state)
{
    (void)state;
    struct two t;
    struct kept k;
    size_t len;
    keep(&t, &k);
    /* a weight that was read, then one that was not */
    char *source = fixture_load(t.f.path[0], &len);
    for (int late = 0; late < 2; late++) {
        long at = (long)len - (late ? 4 : 50000); /* the last three take 47232 bytes */
        put_back(&t, &k);
        fixture_flip(t.f.path[0], at, 2);
        assert_int_equal(convert(&t, t.want_a, t.want_b, false), MZG_OK);
        finish(&t, late ? TENSORS - 4 : TENSORS);
        if (!late)
            assert_non_null(strstr(t.last_note, "source has changed"));
        fixture_flip(t.f.path[0], at, 2);
    }
    put_back(&t, &k);
    t.effort = "best";
    assert_int_equal(convert(&t, t.want_a, t.want_b, false), MZG_OK);
    finish(&t, TENSORS);
    assert_non_null(strstr(t.last_note, "other options"));
    free(source);
    let_go(&t, &k);
}

/* A folder or a link in the journal's or a part's place is refused, and nothing is followed. */
static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    struct two t;
    struct kept k;
    keep(&t, &k);
    for (int i = 0; i < 3; i++) {
        put_back(&t, &k);
        assert_int_equal(unlink(kept_path(&t, i)), 0);
        assert_int_equal(symlink(t.want_a, kept_path(&t, i)), 0);
        assert_int_equal(convert(&t, t.a, t.b, true), MZG_IO);
        assert_int_equal(unlink(kept_path(&t, i)), 0);
        assert_int_equal(mkfifo(kept_path(&t, i), 0600), 0);
        assert_int_equal(convert(&t, t.a, t.b, true), MZG_IO);
        assert_int_equal(unlink(kept_path(&t, i)), 0);
    }
    put_back(&t, &k);
    finish(&t, TENSORS - 4);
    let_go(&t, &k);
}

static void two_runs_do_not_write_one_output(void **state)
{
    (void)state;
    struct two t;
    struct mzg_output o;
    setup(&t);
    assert_int_equal(mzg_output_open_kept(&o, t.b, MZG_PART, 0666, &t.e), MZG_OK);
    assert_int_equal(convert(&t, t.a, t.b, true), MZG_IO);
    assert_non_null(strstr(t.e.msg, "another run"));
    mzg_output_abandon(&o);
    finish(&t, TENSORS);
    fixture_close(&t.f);
}

static void without_resume_what_was_kept_is_removed(void **state)
{
    (void)state;
    struct two t;
    setup(&t);
    stop_after(&t, 3);
    assert_int_equal(convert(&t, t.a, t.b, false), MZG_OK);
    assert_true(same(t.a, t.want_a) && same(t.b, t.want_b));
    assert_int_equal(fixture_entries(&t.f), 5);
    fixture_close(&t.f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_goes_on_behind_the_last_tensor),
        cmocka_unit_test(it_may_be_stopped_again_and_again),
        cmocka_unit_test(a_spoilt_journal_is_found),
        cmocka_unit_test(a_journal_may_end_anywhere),
        cmocka_unit_test(a_journal_of_mixed_lines_is_found),
        cmocka_unit_test(a_spoilt_part_is_found),
        cmocka_unit_test(another_source_or_other_options_begin_anew),
        cmocka_unit_test(what_is_no_file_is_refused),
        cmocka_unit_test(two_runs_do_not_write_one_output),
        cmocka_unit_test(without_resume_what_was_kept_is_removed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
