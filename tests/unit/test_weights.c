#include "tiny.h"
#include "model/containers/weights.h"

/* ---- a folder of two shards that passes, to be spoilt in one place ---- */

#define INDEX "model.safetensors.index.json"

static const char index_text[] =
    "{\"metadata\":{\"total_size\":28},\"weight_map\":{\n"
    "\"z\":\"one.safetensors\",\n\"a\":\"one.safetensors\",\n\"m\":\"two.safetensors\"}}\n";
static const char one[] = "{\"z\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                          "\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[8,20]}}";
static const char two[] = "{\"m\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";

struct mutation {
    const char *name;
    const char *file;      /* what is spoilt: INDEX or a shard */
    const char *from, *to; /* to NULL: the file is not there */
    enum mzg_code code;
    const char *item;
    uint64_t offset;
};

#define BAD MZG_MALFORMED
#define NO MZG_NO_OFFSET

static const struct mutation mutations[] = {
    {"no_map", INDEX, "weight_map", "weight_mop", BAD, "weight_map", NO},
    {"map_array", INDEX, "{\n\"z\":\"one.safetensors\",\n\"a\":\"one.safetensors\",\n"
     "\"m\":\"two.safetensors\"}", "[]", BAD, "weight_map", NO},
    {"map_number", INDEX, "\"m\":\"two.safetensors\"", "\"m\":2", BAD, "'m'", NO},
    {"map_extra", INDEX, "\"m\":", "\"q\":\"one.safetensors\",\"m\":", BAD, "'q'", NO},
    {"map_lacks", INDEX, "\"a\":\"one.safetensors\",", "", BAD, "'a'", NO},
    {"map_other_shard", INDEX, "\"a\":\"one", "\"a\":\"two", BAD, "'a'", NO},
    {"map_twice", INDEX, "\"a\":", "\"z\":", BAD, INDEX, 71},
    {"shard_above", INDEX, "two.safetensors", "../two.safetensors", BAD, "'m'", NO},
    {"shard_below", INDEX, "two.safetensors", "x/two.safetensors", BAD, "'m'", NO},
    {"shard_absolute", INDEX, "two.safetensors", "/etc/passwd", BAD, "'m'", NO},
    {"shard_dots", INDEX, "two.safetensors", "..", BAD, "'m'", NO},
    {"shard_empty", INDEX, "two.safetensors", "", BAD, "'m'", NO},
    {"shard_escape", INDEX, "two.safetensors", "two\\u001b.safetensors", BAD, "'m'", NO},
    {"shard_missing", "two.safetensors", NULL, NULL, MZG_IO, "two.safetensors", NO},
    {"index_cut", INDEX, "}}\n", "", BAD, INDEX, 112},
    {"tensor_twice", "two.safetensors", "\"m\"", "\"a\"", BAD, "two.safetensors: tensor 'a'",
     8 + 54},
    {"shard_spoilt", "two.safetensors", "[2]", "[3]", BAD, "two.safetensors: tensor 'm'", 8 + 54},
    {"shard_gguf", "two.safetensors", "{\"m", "GGUF", MZG_MALFORMED, "two.safetensors", 8},
};
#define MUTATIONS (sizeof mutations / sizeof *mutations)

struct made {
    char path[64];
    struct { const char *name; uint8_t data[TINY_MAX]; size_t len; } files[3];
    size_t n;
    struct refused r;
};

static void add(struct made *m, const struct mutation *mu, const char *name, const char *header,
                size_t bytes)
{
    char text[TINY_MAX];
    bool spoilt = mu && strcmp(mu->file, name) == 0;

    if (spoilt && !mu->to)
        return;
    replace(text, header, spoilt ? mu->from : NULL, spoilt ? mu->to : NULL, NULL);
    m->files[m->n].name = name;
    if (strcmp(name, INDEX) == 0) {
        m->files[m->n].len = strlen(text);
        memcpy(m->files[m->n].data, text, strlen(text));
    } else {
        m->files[m->n].len = tiny_file(m->files[m->n].data, text, bytes);
    }
    m->n++;
}

static void make(struct made *m, const struct mutation *mu)
{
    memset(m, 0, sizeof *m);
    add(m, mu, INDEX, index_text, 0);
    add(m, mu, "one.safetensors", one, 20);
    add(m, mu, "two.safetensors", two, 8);
    snprintf(m->path, sizeof m->path, "sharded/%s/", mu ? mu->name : "good");
    if (mu)
        m->r = (struct refused){m->path, "sharded/good", mu->code, mu->item, mu->offset, "inspect"};
}

static void put_made(const char *folder, const struct made *m)
{
    char path[128];

    for (size_t i = 0; i < m->n; i++) {
        snprintf(path, sizeof path, "%s%s", m->path, m->files[i].name);
        put_file(folder, path, m->files[i].data, m->files[i].len);
    }
}

static enum mzg_code open_made(struct mzg_weights *w, const struct made *m, struct mzg_err *e)
{
    char scratch[SCRATCH_PATH], path[SCRATCH_PATH + 64];

    make_scratch(scratch);
    put_made(scratch, m);
    snprintf(path, sizeof path, "%s/%.*s", scratch, (int)strlen(m->path) - 1, m->path);
    enum mzg_code code = mzg_weights_open(w, path, e);
    remove_scratch(scratch);
    return code;
}

static void every_spoilt_field_is_refused_by_name_and_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < MUTATIONS; i++) {
        struct mzg_weights w;
        struct mzg_err e = {0};
        struct made m;
        make(&m, &mutations[i]);
        check_refusal(&m.r, open_made(&w, &m, &e), &e);
    }
}

static void the_committed_files_are_these(void **state)
{
    (void)state;
    for (size_t i = 0; i <= MUTATIONS; i++) {
        struct made m;
        char path[128];
        make(&m, i < MUTATIONS ? &mutations[i] : NULL);
        for (size_t f = 0; f < m.n; f++) {
            snprintf(path, sizeof path, "%s%s", m.path, m.files[f].name);
            check_committed(i < MUTATIONS ? &m.r : NULL, path, m.files[f].data, m.files[f].len);
        }
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

static void shards_give_one_list_by_file_and_offset(void **state)
{
    struct mzg_weights w;
    struct mzg_err e;
    struct made m;
    float x[2];

    (void)state;
    make(&m, NULL);
    assert_int_equal(open_made(&w, &m, &e), MZG_OK);
    assert_true(w.n_files == 2 && w.n_tensors == 3 && w.index != NULL);
    assert_string_equal(w.files[0].name, "one.safetensors");
    assert_string_equal(w.files[1].name, "two.safetensors");
    assert_string_equal(w.tensors[0].name, "z");
    assert_string_equal(w.tensors[1].name, "a");
    assert_string_equal(w.tensors[2].name, "m");
    assert_int_equal(mzg_weights_find(&w, "m")->file, 1);
    assert_int_equal(mzg_weights_read(&w, mzg_weights_find(&w, "a"), 4, x, 8, &e), MZG_OK);
    assert_true(x[0] == 3 / 8.0f - 0.875f && x[1] == 4 / 8.0f - 0.875f);
    mzg_weights_close(&w);
}

/* What download tools leave in their caches: links to files named by digest. */
static void links_in_a_folder_are_followed(void **state)
{
    char scratch[SCRATCH_PATH], path[SCRATCH_PATH + 64];
    struct mzg_weights w;
    struct mzg_err e;
    struct made m;

    (void)state;
    make(&m, NULL);
    make_scratch(scratch);
    put_file(scratch, "blobs/abc", m.files[2].data, m.files[2].len);
    put_file(scratch, "snapshot/readme", "", 0);
    snprintf(path, sizeof path, "%s/snapshot/model.safetensors", scratch);
    assert_int_equal(symlink("../blobs/abc", path), 0);
    *strrchr(path, '/') = '\0';
    assert_int_equal(mzg_weights_open(&w, path, &e), MZG_OK);
    assert_string_equal(w.files[0].name, "model.safetensors");
    mzg_weights_close(&w);
    remove_scratch(scratch);
}

static void other_files_are_told_by_what_they_are(void **state)
{
    static const struct { const char *start; size_t n; const char *item; } cases[] = {
        {"PK\5\6rest of it", 14, "empty zip"},
        {"\x80\2}q\0.", 6, "pickle"},
        {"version https://git-lfs.github.com/spec/v1\n", 43, "LFS"},
        {"hello, world", 12, "neither"},
        {"", 0, "neither"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char scratch[SCRATCH_PATH], path[SCRATCH_PATH + 64];
        struct mzg_weights w;
        struct mzg_err e = {0};
        make_scratch(scratch);
        put_file(scratch, "x", cases[i].start, cases[i].n);
        snprintf(path, sizeof path, "%s/x", scratch);
        assert_int_equal(mzg_weights_open(&w, path, &e), MZG_UNSUPPORTED);
        assert_non_null(strstr(e.msg, cases[i].item));
        remove_scratch(scratch);
    }
}

static void a_folder_without_weights_says_what_it_has(void **state)
{
    char scratch[SCRATCH_PATH];
    struct mzg_weights w;
    struct mzg_err e = {0};

    (void)state;
    make_scratch(scratch);
    put_file(scratch, "pytorch_model.bin", "x", 1);
    assert_int_equal(mzg_weights_open(&w, scratch, &e), MZG_UNSUPPORTED);
    assert_non_null(strstr(e.msg, "pytorch_model.bin"));
    assert_int_equal(mzg_weights_open(&w, "/nonexistent/x", &e), MZG_IO);
    remove_scratch(scratch);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_spoilt_field_is_refused_by_name_and_byte),
        cmocka_unit_test(the_committed_files_are_these),
        cmocka_unit_test(shards_give_one_list_by_file_and_offset),
        cmocka_unit_test(links_in_a_folder_are_followed),
        cmocka_unit_test(other_files_are_told_by_what_they_are),
        cmocka_unit_test(a_folder_without_weights_says_what_it_has),
    };

    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return write_corpus(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
