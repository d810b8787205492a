#include "fixture.h"

#include "formats/model/containers/gguf.h"
#include "formats/model/containers/parts.h"
#include "formats/mzigo.h"
#include "kernels/kernels.h"
#include <sys/stat.h>

/* Sizes that differ, and names too, since both are in the reckoning. */
#define TENSORS 9
#define WIDE 64
#define TALL 40

struct parted {
    struct fixture f; /* 0: source, 1: output in one piece, 2: output in parts, as asked for */
    struct mzg_convert_result r;
    struct mzg_err e;
    int steps, stop_at;
    char note[256];
};

static uint64_t size_of(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return (uint64_t)st.st_size;
}

/* Tensors of floats that look random, as a GGUF file. */
static void write_gguf(const char *path, struct mzg_gguf_tensor *t, size_t n, uint32_t alignment)
{
    static float x[TALL * WIDE];
    struct mzg_kvs k;
    struct mzg_buf out;
    struct mzg_err e;
    uint64_t total;
    mzg_kvs_init(&k);
    mzg_kvs_text(&k, "general.architecture", "raw");
    if (alignment != MZG_GGUF_ALIGNMENT)
        mzg_kvs_u32(&k, "general.alignment", alignment);
    assert_int_equal(mzg_gguf_layout(t, n, alignment, &total, &e), MZG_OK);
    mzg_buf_init(&out, 1 << 24);
    mzg_gguf_encode(&k, t, n, alignment, &out);
    size_t start = out.len;
    mzg_buf_zeros(&out, total);
    for (size_t i = 0; i < n; i++) {
        fixture_floats(x, t[i].bytes / 4, i);
        memcpy(out.data + start + t[i].offset, x, t[i].bytes);
    }
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(out.data, 1, out.len, f), out.len);
    assert_int_equal(fclose(f), 0);
    mzg_buf_clear(&out);
    mzg_kvs_clear(&k);
}

static void make_source(const char *path, uint32_t alignment)
{
    static const char long_name[] = "long_names_that_take_room_in_the_header_too";
    struct mzg_gguf_tensor t[TENSORS];
    for (size_t i = 0; i < TENSORS; i++) {
        bool matrix = i % 3 > 0;
        t[i] = (struct mzg_gguf_tensor){.type = MZG_TYPE_F32, .n_dims = 1 + matrix,
                                        .ne = {matrix ? WIDE : 8 + i, matrix ? 1 + i * 37 % TALL : 1, 1, 1}};
        snprintf(t[i].name, sizeof t[i].name, "%.*s%zu.weight", (int)(i * 5), long_name, i);
    }
    write_gguf(path, t, TENSORS, alignment);
}

static bool step(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    struct parted *t = ctx;
    assert_true(done <= total);
    return strcmp(what, "converting") != 0 || ++t->steps != t->stop_at;
}

static void note(void *ctx, const char *text)
{
    struct parted *t = ctx;
    snprintf(t->note, sizeof t->note, "%s", text);
}

static enum mzg_code convert(struct parted *t, int out, uint64_t bytes, uint64_t tensors, bool resume)
{
    struct mzg_convert_options opt = {.to = "Q8_0", .resume = resume, .split_max_bytes = bytes,
                                      .split_max_tensors = tensors};
    struct mzg_run run = {.threads = 1, .cpu = mzg_cpu_features(), .progress = {step, t}, .notify = {note, t}};
    t->steps = 0;
    t->note[0] = '\0';
    return mzg_convert(t->f.path[0], t->f.path[out], &opt, &run, &t->r, &t->e);
}

static void setup(struct parted *t, uint32_t alignment)
{
    memset(t, 0, sizeof *t);
    fixture_open(&t->f);
    make_source(fixture_path(&t->f, 0, "in.gguf"), alignment);
    fixture_path(&t->f, 1, "one.gguf");
    fixture_path(&t->f, 2, "p.gguf");
    assert_int_equal(convert(t, 1, 0, 0, false), MZG_OK);
    assert_int_equal(t->r.parts, 0);
}

static const char *part_path(const struct parted *t, uint64_t i)
{
    static char path[160];
    mzg_convert_part(path, sizeof path, t->f.path[2], i, t->r.parts);
    return path;
}

static void remove_parts(const struct parted *t)
{
    for (uint64_t i = 0; i < t->r.parts; i++)
        assert_int_equal(unlink(part_path(t, i)), 0);
}

/* Every tensor in the parts is that of the output in one piece, in the same order. */
static void same_tensors(struct parted *t)
{
    struct mzg_weights one, parts;
    uint8_t a[4096], b[4096];
    assert_int_equal(mzg_weights_open(&one, t->f.path[1], &t->e), MZG_OK);
    assert_int_equal(mzg_weights_open(&parts, part_path(t, t->r.parts - 1), &t->e), MZG_OK);
    assert_int_equal(parts.n_files, t->r.parts);
    assert_int_equal(parts.n_tensors, one.n_tensors);
    for (size_t i = 0; i < one.n_tensors; i++) {
        const struct mzg_tensor *x = &one.tensors[i], *y = &parts.tensors[i];
        assert_string_equal(x->name, y->name);
        assert_true(x->type == y->type && x->bytes == y->bytes && x->bytes <= sizeof a);
        assert_int_equal(mzg_weights_read(&one, x, 0, a, x->bytes, &t->e), MZG_OK);
        assert_int_equal(mzg_weights_read(&parts, y, 0, b, y->bytes, &t->e), MZG_OK);
        assert_memory_equal(a, b, x->bytes);
    }
    mzg_weights_close(&one);
    mzg_weights_close(&parts);
}

static uint64_t padded(uint64_t n, uint64_t a)
{
    return (n + a - 1) / a * a;
}

/* Bytes of this part with the next one's first tensor in it, too. */
static uint64_t with_one_more(struct parted *t, uint64_t part)
{
    struct mzg_weights w, next;
    assert_int_equal(mzg_weights_open_alone(&w, part_path(t, part), &t->e), MZG_OK);
    assert_int_equal(mzg_weights_open_alone(&next, part_path(t, part + 1), &t->e), MZG_OK);
    uint64_t header = w.gguf->infos_offset, a = w.gguf->alignment, data = 0;
    for (size_t i = 0; i <= w.n_tensors; i++) {
        const struct mzg_tensor *x = i < w.n_tensors ? &w.tensors[i] : &next.tensors[0];
        header += 8 + strlen(x->name) + 4 + 8 * x->n_dims + 4 + 8;
        data += padded(x->bytes, a);
    }
    mzg_weights_close(&w);
    mzg_weights_close(&next);
    return padded(header, a) + data;
}

/* At every size: no part is larger than that, and none has room for what is in the next. */
static void parts_are_as_full_as_they_may_be(void **state)
{
    (void)state;
    struct parted t;
    uint64_t refused = 0, divided = 0;
    setup(&t, MZG_GGUF_ALIGNMENT);
    for (uint64_t most = 600; most < size_of(t.f.path[1]) + 1000; most += 61) {
        uint64_t sum = 0, largest = 0;
        if (convert(&t, 2, most, 0, false) != MZG_OK) {
            assert_int_equal(t.e.code, MZG_LIMIT);
            assert_int_equal(divided, 0); /* what is enough once is enough from there on */
            refused++;
            continue;
        }
        divided++;
        for (uint64_t i = 0; i < t.r.parts; i++) {
            uint64_t size = size_of(part_path(&t, i));
            assert_true(size <= most);
            sum += size;
            largest = size > largest ? size : largest;
            if (i + 1 < t.r.parts)
                assert_true(with_one_more(&t, i) > most);
        }
        assert_true(sum == t.r.output_bytes && largest == t.r.largest_part);
        same_tensors(&t);
        remove_parts(&t);
    }
    assert_true(refused > 2 && divided > 20);
    assert_int_equal(t.r.parts, 1);
    fixture_close(&t.f);
}

static void parts_have_so_many_tensors(void **state)
{
    (void)state;
    struct parted t;
    setup(&t, MZG_GGUF_ALIGNMENT);
    for (uint64_t n = 1; n <= TENSORS + 1; n++) {
        assert_int_equal(convert(&t, 2, 0, n, false), MZG_OK);
        assert_int_equal(t.r.parts, (TENSORS + n - 1) / n);
        same_tensors(&t);
        for (uint64_t i = 0; i < t.r.parts; i++) {
            struct mzg_weights w;
            uint64_t v;
            assert_int_equal(mzg_weights_open_alone(&w, part_path(&t, i), &t.e), MZG_OK);
            assert_int_equal(w.n_tensors, i + 1 < t.r.parts ? n : TENSORS - i * n);
            assert_int_equal(mzg_kvs_find(&w.gguf->kvs, "split.no")->type, MZG_KV_U16);
            assert_int_equal(mzg_kvs_find(&w.gguf->kvs, "split.count")->type, MZG_KV_U16);
            assert_int_equal(mzg_kvs_find(&w.gguf->kvs, "split.tensors.count")->type, MZG_KV_I32);
            assert_true(mzg_kvs_get_u64(&w.gguf->kvs, "split.no", &v) && v == i);
            assert_true(mzg_kvs_get_u64(&w.gguf->kvs, "split.count", &v) && v == t.r.parts);
            assert_true(mzg_kvs_get_u64(&w.gguf->kvs, "split.tensors.count", &v) && v == TENSORS);
            assert_true((mzg_kvs_find(&w.gguf->kvs, "general.architecture") != NULL) == (i == 0));
            mzg_weights_close(&w);
        }
        remove_parts(&t);
    }
    fixture_close(&t.f);
}

/* 8192 is more padding than is written at once. */
static void every_part_keeps_the_alignment(void **state)
{
    (void)state;
    for (uint32_t a = 64; a <= 8192; a *= 128) {
        struct parted t;
        setup(&t, a);
        assert_int_equal(convert(&t, 2, 0, 4, false), MZG_OK);
        same_tensors(&t);
        for (uint64_t i = 0; i < t.r.parts; i++) {
            struct mzg_weights w;
            assert_int_equal(mzg_weights_open_alone(&w, part_path(&t, i), &t.e), MZG_OK);
            assert_int_equal(w.gguf->alignment, a);
            assert_int_equal(size_of(part_path(&t, i)) % a, 0);
            mzg_weights_close(&w);
        }
        fixture_close(&t.f);
    }
}

static void a_tensor_that_no_part_may_hold_is_named(void **state)
{
    (void)state;
    struct parted t;
    setup(&t, MZG_GGUF_ALIGNMENT);
    assert_int_equal(convert(&t, 2, 1800, 0, false), MZG_LIMIT);
    assert_true(strstr(t.e.msg, "'long_1.weight' takes a part of 2880") && strstr(t.e.msg, "at most 1800"));
    assert_int_equal(convert(&t, 2, 300, 0, false), MZG_LIMIT);
    assert_non_null(strstr(t.e.msg, "metadata alone"));
    assert_int_equal(fixture_entries(&t.f), 2);
    fixture_close(&t.f);
}

static void there_are_no_more_parts_than_can_be_read(void **state)
{
    (void)state;
    static struct mzg_gguf_tensor w[MZG_PARTS_MAX + 1];
    struct parted t;
    setup(&t, MZG_GGUF_ALIGNMENT);
    for (size_t i = 0; i <= MZG_PARTS_MAX; i++) {
        w[i] = (struct mzg_gguf_tensor){.type = MZG_TYPE_F32, .n_dims = 1, .ne = {2, 1, 1, 1}};
        snprintf(w[i].name, sizeof w[i].name, "%zu", i);
    }
    write_gguf(t.f.path[0], w, MZG_PARTS_MAX + 1, MZG_GGUF_ALIGNMENT);
    assert_int_equal(convert(&t, 2, 0, 1, false), MZG_LIMIT);
    assert_non_null(strstr(t.e.msg, "more than 512 parts"));
    assert_int_equal(convert(&t, 2, 0, 5, false), MZG_OK);
    assert_int_equal(t.r.parts, 103);
    fixture_close(&t.f);
}

/* ---- going on ---- */

static void it_goes_on_in_the_part_where_it_was_stopped(void **state)
{
    (void)state;
    struct parted t;
    char want[64];
    setup(&t, MZG_GGUF_ALIGNMENT);
    for (int n = 1; n < TENSORS; n++) {
        t.stop_at = n;
        assert_int_equal(convert(&t, 2, 0, 2, true), MZG_STOPPED);
        t.stop_at = 0;
        assert_int_equal(fixture_entries(&t.f), 2 + 5 + 1); /* five parts and the journal are kept */
        assert_int_equal(convert(&t, 2, 0, 2, true), MZG_OK);
        snprintf(want, sizeof want, "going on: %d of %d", n, TENSORS);
        assert_non_null(strstr(t.note, want));
        assert_int_equal(t.steps, TENSORS - n);
        assert_int_equal(fixture_entries(&t.f), 2 + 5);
        same_tensors(&t);
        remove_parts(&t);
    }
    /* Parts of another size are another conversion. */
    t.stop_at = 4;
    assert_int_equal(convert(&t, 2, 0, 2, true), MZG_STOPPED);
    t.stop_at = 0;
    assert_int_equal(convert(&t, 2, 100000, 2, true), MZG_OK);
    assert_int_equal(t.steps, TENSORS);
    fixture_close(&t.f);
}

static void what_is_spoilt_in_a_part_is_made_again(void **state)
{
    (void)state;
    struct parted t;
    setup(&t, MZG_GGUF_ALIGNMENT);
    for (int i = 0; i < 3; i++) {
        char path[200];
        t.stop_at = 6; /* three parts of two tensors */
        assert_int_equal(convert(&t, 2, 0, 2, true), MZG_STOPPED);
        t.stop_at = 0;
        t.r.parts = 5;
        snprintf(path, sizeof path, "%s" MZG_PART, part_path(&t, (uint64_t)i));
        if (i < 2)
            fixture_flip(path, (long)size_of(path) - 1 - 32 * i, 3);
        else
            assert_int_equal(truncate(path, 400000), 0); /* longer than it may be */
        assert_int_equal(convert(&t, 2, 0, 2, true), MZG_OK);
        if (i == 2)
            assert_int_equal(t.steps, TENSORS);
        same_tensors(&t);
        remove_parts(&t);
    }
    fixture_close(&t.f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_as_full_as_they_may_be),
        cmocka_unit_test(parts_have_so_many_tensors),
        cmocka_unit_test(every_part_keeps_the_alignment),
        cmocka_unit_test(a_tensor_that_no_part_may_hold_is_named),
        cmocka_unit_test(there_are_no_more_parts_than_can_be_read),
        cmocka_unit_test(it_goes_on_in_the_part_where_it_was_stopped),
        cmocka_unit_test(what_is_spoilt_in_a_part_is_made_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
