#include "refused.h"
#include "model/arch/model.h"
#include "model/containers/parts.h"

/* ---- a model in three parts that passes, to be spoilt in one place ---- */

/* What one part says; the first is without tensors, as some are published. */
struct part {
    const char *arch;              /* general.architecture; NULL: absent */
    uint32_t number, count, total; /* split.no, split.count, split.tensors.count; ABSENT */
    const char *record;
    bool text_count;               /* split.count is a text */
    const char *tensors;           /* names of F32 [8], a letter each */
    const char *name;
    bool gone;                     /* the file is not there */
    const char *instead;           /* its bytes, instead of all this */
};
#define ABSENT UINT32_MAX
#define PARTS 3

struct file {
    uint8_t bytes[1024];
    size_t len, number, count, total, record, arch; /* where these pairs begin */
};

static void put(struct file *f, uint64_t v, size_t size)
{
    for (size_t i = 0; i < size; i++)
        f->bytes[f->len++] = (uint8_t)(v >> 8 * i);
}

static void put_text(struct file *f, const char *text)
{
    put(f, strlen(text), 8);
    memcpy(f->bytes + f->len, text, strlen(text));
    f->len += strlen(text);
}

/* Notes where the pair begins; the caller puts its value. */
static void put_key(struct file *f, size_t *at, const char *key, uint32_t type)
{
    *at = f->len;
    put_text(f, key);
    put(f, type, 4);
}

static void put_metadata(struct file *f, const struct part *p)
{
    if (p->arch) {
        put_key(f, &f->arch, "general.architecture", MZG_KV_STRING);
        put_text(f, p->arch);
    }
    if (p->number != ABSENT) {
        put_key(f, &f->number, "split.no", MZG_KV_U16);
        put(f, p->number, 2);
    }
    if (p->text_count) {
        put_key(f, &f->count, "split.count", MZG_KV_STRING);
        put_text(f, "3");
    } else if (p->count != ABSENT) {
        put_key(f, &f->count, "split.count", MZG_KV_U16);
        put(f, p->count, 2);
    }
    if (p->total != ABSENT) {
        put_key(f, &f->total, "split.tensors.count", MZG_KV_I32);
        put(f, p->total, 4);
    }
    if (p->record) {
        put_key(f, &f->record, "mzigo.record.sha256", MZG_KV_STRING);
        put_text(f, p->record);
    }
}

static void make_file(struct file *f, const struct part *p)
{
    size_t n = strlen(p->tensors);
    unsigned pairs = 0u + (p->arch != NULL) + (p->number != ABSENT) + (p->count != ABSENT) +
                     (p->total != ABSENT) + (p->record != NULL);

    memset(f, 0, sizeof *f);
    if (p->instead) {
        f->len = strlen(p->instead);
        memcpy(f->bytes, p->instead, f->len);
        return;
    }
    memcpy(f->bytes, "GGUF", 4);
    f->len = 4;
    put(f, 3, 4);
    put(f, n, 8);
    put(f, pairs, 8);
    put_metadata(f, p);
    for (size_t i = 0; i < n; i++) {
        put(f, 1, 8);
        f->bytes[f->len++] = (uint8_t)p->tensors[i];
        put(f, 1, 4);
        put(f, 8, 8);
        put(f, MZG_TYPE_F32, 4);
        put(f, i * 32, 8);
    }
    f->len += n > 0 ? (32 - f->len % 32) % 32 : 0;
    for (size_t i = 0; i < n * 8; i++) {
        float x = (float)p->tensors[i / 8] + (float)(i % 8) / 8;
        memcpy(f->bytes + f->len, &x, 4);
        f->len += 4;
    }
}

static void make_good(struct part p[PARTS])
{
    static const char *const names[PARTS] = {"m-00001-of-00003.gguf", "m-00002-of-00003.gguf",
                                             "m-00003-of-00003.gguf"};
    static const char *const tensors[PARTS] = {"", "a", "bc"};

    for (uint32_t i = 0; i < PARTS; i++)
        p[i] = (struct part){.number = i, .count = PARTS, .total = 3, .tensors = tensors[i],
                             .name = names[i]};
    p[0].arch = "raw";
    p[1].arch = "raw"; /* most say it in the first only, which p[2] is for */
}

/* ---- what is refused ---- */

#define BAD MZG_MALFORMED
#define ALL 3 /* every part is spoilt */

enum field { GONE, INSTEAD, NUMBER, COUNT, TOTAL, ARCH, RECORD, TEXT_COUNT, TENSORS, NAME };

static const struct mutation {
    const char *name;
    unsigned part;
    enum field field;
    uint32_t value;
    const char *text;
    enum mzg_code code;
    const char *item;
    unsigned where; /* the part whose field's offset is named; PARTS: none */
} mutations[] = {
    {"missing_first", 0, GONE, 0, NULL, MZG_IO, "m-00001-of-00003.gguf", PARTS},
    {"missing_last", 2, GONE, 0, NULL, MZG_IO, "m-00003-of-00003.gguf", PARTS},
    {"doubled", 1, NUMBER, 0, NULL, BAD, "m-00002-of-00003.gguf: metadata key 'split.no'", 1},
    {"swapped", 1, NUMBER, 2, NULL, BAD, "m-00002-of-00003.gguf: metadata key 'split.no'", 1},
    {"number_first", 0, NUMBER, 1, NULL, MZG_UNSUPPORTED, "-00002-of-00003.gguf", 0},
    {"number_missing", 1, NUMBER, ABSENT, NULL, BAD, "m-00002-of-00003.gguf: metadata key", 1},
    {"number_missing_first", 0, NUMBER, ABSENT, NULL, BAD, "no 'split.no'", 0},
    {"count_other", 2, COUNT, 4, NULL, BAD, "m-00003-of-00003.gguf: metadata key 'split.count'", 2},
    {"count_whole", 2, COUNT, 1, NULL, BAD, "m-00003-of-00003.gguf: metadata key 'split.count'", 2},
    {"count_missing", 1, COUNT, ABSENT, NULL, BAD, "m-00002-of-00003.gguf: metadata key 'split.count'", PARTS},
    {"count_first", 0, COUNT, 4, NULL, MZG_UNSUPPORTED, "-00001-of-00004.gguf", 0},
    {"count_text", 0, TEXT_COUNT, 0, NULL, BAD, "split.count' is no count", 0},
    {"count_many", 0, COUNT, 513, NULL, MZG_LIMIT, "513 parts", 0},
    {"total_other", 2, TOTAL, 4, NULL, BAD, "m-00003-of-00003.gguf: metadata key 'split.tensors.count'", 2},
    {"total_wrong", ALL, TOTAL, 4, NULL, BAD,
     "m-00001-of-00003.gguf: metadata key 'split.tensors.count' is 4, the 3 parts hold 3", 0},
    {"total_negative", 0, TOTAL, 0x80000000, NULL, BAD, "split.tensors.count", 0},
    {"other_model", 1, ARCH, 0, "phi3", BAD, "m-00002-of-00003.gguf: metadata key 'general.arch", 1},
    {"other_record", 2, RECORD, 0, "0123", BAD, "m-00003-of-00003.gguf: metadata key 'mzigo.record", 2},
    {"tensor_twice", 2, TENSORS, 0, "ba", BAD, "m-00003-of-00003.gguf: tensor 'a'", PARTS + 1},
    {"no_gguf", 1, INSTEAD, 0, "hello", BAD, "m-00002-of-00003.gguf", PARTS + 2},
    {"cut", 2, INSTEAD, 0, "GGUF", BAD, "m-00003-of-00003.gguf", PARTS + 2},
    {"renamed", 0, NAME, 0, "m.gguf", MZG_UNSUPPORTED, "several models", PARTS},
};
#define MUTATIONS (sizeof mutations / sizeof *mutations)

static void spoil(struct part *p, const struct mutation *mu)
{
    switch (mu->field) {
    case GONE: p->gone = true; break;
    case INSTEAD: p->instead = mu->text; break;
    case NUMBER: p->number = mu->value; break;
    case COUNT: p->count = mu->value; break;
    case TOTAL: p->total = mu->value; break;
    case ARCH: p->arch = mu->text; break;
    case RECORD: p->record = mu->text; break;
    case TEXT_COUNT: p->text_count = true; break;
    case TENSORS: p->tensors = mu->text; break;
    case NAME: p->name = mu->text; break;
    }
}

/* Where the message should point. */
static uint64_t offset_of(const struct mutation *mu, const struct file files[PARTS])
{
    const struct file *f = &files[mu->where < PARTS ? mu->where : 0];

    if (mu->where == PARTS + 1)
        return files[2].len - 32; /* the second tensor's data */
    if (mu->where == PARTS + 2)
        return 0;
    if (mu->where == PARTS)
        return MZG_NO_OFFSET;
    switch (mu->field) {
    case TOTAL: return f->total;
    case ARCH: return f->arch;
    case RECORD: return f->record;
    case NUMBER: return mu->value == ABSENT || mu->code == MZG_UNSUPPORTED ? f->count : f->number;
    default: return f->count;
    }
}

struct made {
    char path[64], names[PARTS][128];
    struct part parts[PARTS];
    struct file files[PARTS];
    struct refused r;
};

static void make(struct made *m, const struct mutation *mu)
{
    make_good(m->parts);
    for (unsigned i = 0; i < PARTS; i++) {
        if (mu && (mu->part == i || mu->part == ALL))
            spoil(&m->parts[i], mu);
        make_file(&m->files[i], &m->parts[i]);
    }
    snprintf(m->path, sizeof m->path, "parts/%s/", mu ? mu->name : "good");
    for (unsigned i = 0; i < PARTS; i++)
        snprintf(m->names[i], sizeof m->names[i], "%s%s", m->path, m->parts[i].name);
    if (mu)
        m->r = (struct refused){m->path, "parts/good", mu->code, mu->item, offset_of(mu, m->files), "inspect"};
}

static void put_made(const char *folder, const struct made *m)
{
    for (unsigned i = 0; i < PARTS; i++)
        if (!m->parts[i].gone)
            put_file(folder, m->names[i], m->files[i].bytes, m->files[i].len);
}

/* name: of the file to open, NULL: the folder */
static enum mzg_code open_made(struct mzg_weights *w, const struct made *m, const char *name,
                               struct mzg_err *e)
{
    char scratch[SCRATCH_PATH], path[SCRATCH_PATH + 128];

    make_scratch(scratch);
    put_made(scratch, m);
    snprintf(path, sizeof path, "%s/%s%s", scratch, m->path, name ? name : "");
    enum mzg_code code = mzg_weights_open(w, path, e);
    remove_scratch(scratch);
    return code;
}

static void every_part_that_does_not_belong_is_refused_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < MUTATIONS; i++) {
        struct mzg_weights w;
        struct mzg_err e = {0};
        struct made m;
        make(&m, &mutations[i]);
        check_refusal(&m.r, open_made(&w, &m, NULL, &e), &e);
    }
}

static void the_committed_files_are_these(void **state)
{
    struct made m;

    (void)state;
    for (size_t i = 0; i <= MUTATIONS; i++) {
        make(&m, i < MUTATIONS ? &mutations[i] : NULL);
        for (unsigned k = 0; k < PARTS; k++)
            if (!m.parts[k].gone)
                check_committed(i < MUTATIONS ? &m.r : NULL, m.names[k], m.files[k].bytes, m.files[k].len);
    }
}

static int write_corpus(const char *folder)
{
    struct made m;
    char line[1024];

    make(&m, NULL);
    put_made(folder, &m);
    for (size_t i = 0; i < MUTATIONS; i++) {
        make(&m, &mutations[i]);
        put_made(folder, &m);
        expect_line(line, &m.r);
        fputs(line, stdout);
    }
    return 0;
}

/* ---- what passes ---- */

static void any_part_opens_the_whole_model(void **state)
{
    struct made m;
    struct mzg_err e;
    float x;

    (void)state;
    make(&m, NULL);
    for (unsigned k = 0; k <= PARTS; k++) {
        struct mzg_weights w;
        assert_int_equal(open_made(&w, &m, k < PARTS ? m.parts[k].name : NULL, &e), MZG_OK);
        assert_true(w.n_files == PARTS && w.n_tensors == 3);
        for (unsigned i = 0; i < PARTS; i++)
            assert_string_equal(w.files[i].name, m.parts[i].name);
        for (unsigned i = 0; i < 3; i++) {
            const struct mzg_tensor *t = &w.tensors[i];
            assert_true(t->name[0] == "abc"[i] && t->file == 1 + i / 2 + (i == 1));
            assert_int_equal(mzg_weights_read(&w, t, 28, &x, 4, &e), MZG_OK);
            assert_true(x == (float)("abc"[i]) + 7 / 8.0f);
        }
        const struct mzg_kv *arch = mzg_kvs_find(&w.gguf->kvs, "general.architecture");
        assert_true(arch && w.gguf->kvs.count == 4); /* the first part's */
        mzg_weights_close(&w);
    }
}

static void alone_a_part_is_a_file_like_any_other(void **state)
{
    char scratch[SCRATCH_PATH], path[SCRATCH_PATH + 64];
    struct mzg_weights w;
    struct mzg_err e;
    struct made m;

    (void)state;
    make(&m, NULL);
    make_scratch(scratch);
    put_file(scratch, "x", m.files[2].bytes, m.files[2].len);
    snprintf(path, sizeof path, "%s/x", scratch);
    assert_int_equal(mzg_weights_open_alone(&w, path, &e), MZG_OK);
    assert_true(w.n_files == 1 && w.n_tensors == 2);
    mzg_weights_close(&w);
    /* By itself it says what is missing, and how its name should be. */
    assert_int_equal(mzg_weights_open(&w, path, &e), MZG_UNSUPPORTED);
    assert_true(strstr(e.msg, "part 3 of 3") && strstr(e.msg, "-00003-of-00003.gguf"));
    remove_scratch(scratch);
}

/* A folder without config.json is a model too, where all in it is GGUF. */
static void a_folder_of_parts_is_a_model(void **state)
{
    char scratch[SCRATCH_PATH], path[SCRATCH_PATH + 64];
    const struct mzg_model_options opt = {0};
    struct mzg_model model;
    struct mzg_err e;
    struct made m;

    (void)state;
    make(&m, NULL);
    make_scratch(scratch);
    put_made(scratch, &m);
    snprintf(path, sizeof path, "%s/%s", scratch, m.path);
    assert_int_equal(mzg_model_open(&model, path, &opt, &e), MZG_OK);
    assert_true(model.n_tensors == 3 && model.kvs.count == 1); /* split.* stay behind */
    assert_string_equal(model.arch, "raw");
    mzg_model_close(&model);
    remove_scratch(scratch);
}

static void names_are_taken_apart_and_made(void **state)
{
    static const struct { const char *name; size_t n; uint32_t part, parts; } good[] = {
        {"m-00001-of-00001.gguf", 1, 0, 1},
        {"a-00001-of-00002-00007-of-00012.gguf", 16, 6, 12},
        {"x.gguf-99999-of-99999.gguf", 6, 99998, 99999},
    };
    static const char *const bad[] = {
        "-00001-of-00002.gguf", "m-00000-of-00002.gguf", "m-00003-of-00002.gguf", "m-0001-of-00002.gguf",
        "m-00001-of-00002.ggu", "m-00001-of-00002.GGUF", "m-0000x-of-00002.gguf", "m-00001 of 00002.gguf",
        "m.gguf", "", "m-+0001-of-00002.gguf",
    };
    uint32_t part, parts;
    char name[64];

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(mzg_part_parse(good[i].name, &part, &parts), good[i].n);
        assert_true(part == good[i].part && parts == good[i].parts);
        mzg_part_format(name, sizeof name, good[i].name, good[i].n, part, parts);
        assert_string_equal(name, good[i].name);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(mzg_part_parse(bad[i], &part, &parts), 0);
    assert_int_equal(mzg_part_prefix("a/m.gguf"), 3);
    assert_int_equal(mzg_part_prefix("a/m"), 3);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part_that_does_not_belong_is_refused_by_name),
        cmocka_unit_test(the_committed_files_are_these),
        cmocka_unit_test(any_part_opens_the_whole_model),
        cmocka_unit_test(alone_a_part_is_a_file_like_any_other),
        cmocka_unit_test(a_folder_of_parts_is_a_model),
        cmocka_unit_test(names_are_taken_apart_and_made),
    };

    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return write_corpus(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
