#include "pytorch_image.h"
#include "model/containers/weights.h"

/* ---- checkpoints that must be refused: one place of one that passes is spoilt ---- */

#define BAD MZG_MALFORMED
#define NEVER MZG_UNSUPPORTED
#define MOST "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f" /* 2^63 - 1 */

/* In a pickle: `from` becomes `to`; the byte that is named is that of `to`, `shift` bytes on: where the opcode
 * stands that cannot be done, or that made what is not fit. */
struct mutation {
    const char *name;
    struct text from, to;
    enum mzg_code code;
    const char *item;
    int shift;
};

#define M(name, from, to, code, item, shift) {name, TEXT(from), TEXT(to), code, item, shift}
/* Where a tensor is made, its description is spoilt: the byte is that of the REDUCE behind it. */
#define A_REST "\x89NtRU\1" "b"
#define A_SHAPE "K\0K\2K\3\x86K\3K\1\x86" A_REST
#define SHAPE(name, offset, size, stride, code, item)                                              \
    M(name, A_SHAPE, offset size stride A_REST, code, item, (int)sizeof(offset size stride) - 1 + 3)

static const struct mutation pickles[] = {
    M("global_system", "ctorch._utils\n_rebuild_tensor_v2", "cos\nsystem", NEVER, "'os.system'", 0),
    M("global_stack", "ctorch._utils\n_rebuild_tensor_v2\n", "U\2osU\6system\x93", NEVER, "'os.system'",
      12),
    M("global_inst", "ctorch._utils\n_rebuild_tensor_v2\n", "(ios\nsystem\n", NEVER, "'os.system'", 1),
    M("global_script", "ctorch._utils\n_rebuild_tensor_v2", "c__torch__.m\nM", NEVER, "'__torch__.m.M'",
      0),
    M("global_escape", "ctorch._utils\n_rebuild_tensor_v2", "ca\x1b\nb", NEVER, "'a\\x1b.b'", 0),
    M("global_number", "ctorch._utils\n_rebuild_tensor_v2\n", "K\1K\2\x93", BAD, "no text", 4),
    M("global_cut", "ctorch._utils\n_rebuild_tensor_v2\n(", "c", NEVER,
      "'(U\\x07storagectorch.FloatStorage'", 0),
    M("call_storage", "\x89N", "ctorch\nFloatStorage\n)RN", NEVER, "torch.FloatStorage is called", 21),
    M("call_text", "\x89N", "U\1x)RN", BAD, "no name", 4),
    M("object_tensor", "\x89N", "ctorch._utils\n_rebuild_tensor_v2\n)\x81N", BAD, "made otherwise", 34),
    M("build_number", "\x89N", "K\1}bN", BAD, "attributes", 3),
    M("opcode_text", "\x89N", "S'x'\nN", NEVER, "opcode 0x53", 0),
    M("protocol_6", "\x80\2", "\x80\6", NEVER, "protocol 6", 0),
    M("frame_huge", "\x80\2", "\x80\4\x95\xff\0\0\0\0\0\0\1", BAD, "frame", 2),
    M("outside_other", "U\7storage", "U\7module_", NEVER, "no storage", 40),
    M("storage_type", TORCH("FloatStorage"), TORCH("float32"), BAD, "type is none", 26),
    M("storage_key_number", "U\1" "0", "K\1", BAD, "key", 10),
    M("storage_numel_negative", "K\6tQ", "J\xff\xff\xff\xfftQ", BAD, "size is no number", 6),
    M("storage_numel_huge", "K\6tQ", MOST "tQ", BAD, "storage '0' has more bytes", 11),
    M("storage_numel_other", "K\6tQ", "K\5tQ", BAD, "should have 20 bytes, it has 24", 3),
    M("storage_missing", "U\1" "0U\3cpuK\6tQ", "U\1" "9U\3cpuK\6tQ", BAD, "'9' is not in the archive", 11),
    M("storage_dots", "U\1" "0U\3cpuK\6tQ", "U\x0b../data.pklU\3cpuK\6tQ", BAD, "'../data.pkl' is not",
      21),
    SHAPE("offset_negative", "J\xff\xff\xff\xff", "K\2K\3\x86", "K\3K\1\x86", BAD, "offset"),
    SHAPE("offset_beyond", "K\1", "K\2K\3\x86", "K\3K\1\x86", BAD, "beyond its storage"),
    SHAPE("offset_huge", MOST, "K\2K\3\x86", "K\3K\1\x86", BAD, "beyond its storage"),
    SHAPE("size_negative", "K\0", "K\2J\xff\xff\xff\xff\x86", "K\3K\1\x86", BAD, "sizes and strides"),
    SHAPE("size_text", "K\0", "K\2U\1" "3\x86", "K\3K\1\x86", BAD, "sizes and strides"),
    SHAPE("size_list", "K\0", "]", "K\3K\1\x86", BAD, "sizes and strides"),
    SHAPE("size_beyond", "K\0", "K\3K\3\x86", "K\3K\1\x86", BAD, "tensor 'a': it reaches beyond"),
    SHAPE("size_overflow", "K\0", MOST "K\3\x86", "K\0K\1\x86", BAD, "more elements"),
    SHAPE("size_bytes_overflow", "K\0", MOST "K\1\x86", "K\0K\1\x86", BAD, "more bytes"),
    SHAPE("size_nine", "K\0", "(K\1K\1K\1K\1K\1K\1K\1K\1K\1t", "(K\1K\1K\1K\1K\1K\1K\1K\1K\1t", NEVER,
          "9 dimensions"),
    SHAPE("stride_lacks", "K\0", "K\2K\3\x86", "K\3\x85", BAD, "sizes and strides"),
    SHAPE("stride_negative", "K\0", "K\2K\3\x86", "J\xff\xff\xff\xffK\1\x86", BAD, "sizes and strides"),
    SHAPE("stride_beyond", "K\0", "K\2K\3\x86", "K\4K\1\x86", BAD, "beyond its storage"),
    SHAPE("stride_overflow", "K\0", "K\2K\3\x86", "K\3" MOST "\x86", BAD, "further than can be counted"),
    SHAPE("expanded", "K\0", "M\0\x40M\0\x40\x86", "K\0K\0\x86", MZG_LIMIT, "64 times"),
    M("arguments_few", "K\0K\2K\3\x86K\3K\1\x86\x89NtR", "tR", BAD, "1 arguments", 1),
    M("memo_unset", "\x89N", "h\7", BAD, "memo entry 7", 0),
    M("memo_huge", "q\0", "r\xff\xff\xff\x7f", BAD, "memo entry 2147483647", 0),
    M("mark_none", "u.", "uu.", BAD, "no mark", 1),
    M("stack_empty", "u.", "u0\x85.", BAD, "no value", 2),
    M("stack_left", "u.", "uN.", BAD, "2 values", 2),
    M("key_alone", "u.", "Nu.", BAD, "key without a value", 1),
    M("append_to_dict", "u.", "uNa.", BAD, "takes no such thing", 2),
    M("dict_of_numbers", "u.", "uccollections\nOrderedDict\n(](K\1ltRs.", BAD, "pairs", 33),
    M("cut", "u.", "u", BAD, "ends in the middle", 1),
    M("cut_in_text", "U\1" "a", "X\xff\xff\xff\x7f" "a", BAD, "middle of BINUNICODE", 0),
    M("bytes_behind", "u.", "u.N", BAD, "1 bytes follow", 2),
    M("name_empty", "U\1" "a", "U\0", BAD, "tensor '': the name", 93),
    M("name_control", "U\1" "a", "U\2a\x1b", BAD, "tensor 'a\\x1b': the name", 95),
    M("name_not_utf8", "U\1" "a", "U\1\xff", BAD, "tensor '\\xff': the name", 94),
    M("a_list", "u.", "u\x85.", NEVER, "something else than a dictionary", 1),
    M("no_tensors", "u.", "u0}.", BAD, "no tensors", 2),
    M("other_name", "u.", "uq\1" "0}U\1xh\1s.", NEVER, "under 'x'", -193),
    M("two_models", "u.", "uq\1" "0}U\5modelh\1sU\x0astate_dict}s.", NEVER, "both 'state_dict' and 'model'",
      -193),
};
#define PICKLES (sizeof pickles / sizeof *pickles)

static const struct mutation streams[] = {
    M("stream_magic", "\x50\x19.", "\x50\x18.", NEVER, "no checkpoint of PyTorch", -10),
    M("stream_protocol", "M\xe9\3.", "M\xea\3.", NEVER, "protocol than 1001", 0),
    M("stream_order", "little_endian\x88", "little_endian\x89", NEVER, "'big'", 13),
    M("stream_no_order", "little_endian", "likely_endian", BAD, "byte order", -25),
    M("stream_global", "ctorch._utils\n_rebuild_tensor_v2", "cos\nsystem", NEVER, "'os.system'", 0),
    M("stream_view_beyond", "K\2K\4ttQ", "K\3K\4ttQ", BAD, "view of elements 3 to 7", 6),
    M("stream_view_number", "(U\1" "9K\2K\4ttQ", "K\1tQ", BAD, "view that is not", 3),
    M("stream_beyond_view", "K\1K\3\x85K\1", "K\2K\3\x85K\1", BAD, "tensor 'b': it reaches", 11),
    M("stream_keys_dict", STREAM_KEYS, "\x80\2}.", BAD, "list of storages", 2),
    M("stream_key_other", "](U\1" "0e.", "](U\1" "1e.", BAD, "storage '1' is in the file", 2),
    M("stream_key_number", "](U\1" "0e.", "](K\1e.", BAD, "no tensor's", 2),
    M("stream_key_twice", "](U\1" "0e.", "](U\1" "0U\1" "0e.", BAD, "'0' is there twice", 5),
    M("stream_key_missing", STREAM_KEYS, "\x80\2].", BAD, "32 bytes follow", 4),
    M("stream_two_types", "FloatStorage\nU\1" "0U\3cpuK\6(", "LongStorage\nU\1" "0U\3cpuK\6(", BAD,
      "two types", -71),
    M("stream_numel", "K\6NtQ", "K\7NtQ", BAD, "two types or sizes", 4),
    M("stream_cut", STREAM_KEYS, "\x80\2](U\1" "0", NEVER, "opcode 0x06", 7),
};
#define STREAMS (sizeof streams / sizeof *streams)

/* In an archive: `width` bytes of a header become `value`; width 0: the file ends there. both: in the local
 * header and in the directory, at `shift` and `shift2`. */
enum place { LOCAL, CENTRAL, BOTH, DATA, END64, LOCATOR, END, FILE_START };

struct patch {
    const char *name;
    bool wide;
    enum place place;
    size_t entry, shift, shift2, width;
    uint64_t value;
    enum mzg_code code;
    const char *item;
    enum place named; /* the byte that the message names */
    size_t named_shift;
};

static const struct patch patches[] = {
    {"end_cut", false, END, 0, 21, 0, 0, 0, BAD, "without its end", END, 21},
    {"end_comment", false, END, 0, 20, 0, 2, 1, BAD, "without its end", END, 22},
    {"end_disk", false, END, 0, 4, 0, 2, 1, NEVER, "several disks", END, 0},
    {"entries_three", false, END, 3, 8, 0, 4, 0x30003, BAD, "bytes follow the last", CENTRAL, 0},
    {"entries_five", false, END, 0, 8, 0, 4, 0x50005, BAD, "5 entries in 221 bytes", END, 0},
    {"entries_huge", false, END, 0, 8, 0, 4, 0xfffefffe, BAD, "65534 entries", END, 0},
    {"directory_place", false, END, 0, 16, 0, 4, 1, BAD, "does not end where", END, 0},
    {"directory_huge", false, END, 0, 12, 0, 4, 0x7fffffff, BAD, "does not end where", END, 0},
    {"central_sign", false, CENTRAL, 1, 0, 0, 4, 0, BAD, "entry 2 of 4", CENTRAL, 0},
    {"central_name_long", false, CENTRAL, 3, 28, 0, 2, 0xffff, BAD, "entry 4 of 4", CENTRAL, 0},
    {"central_extra_long", false, CENTRAL, 3, 30, 0, 2, 0xffff, BAD, "entry 4 of 4", CENTRAL, 0},
    {"central_disk", false, CENTRAL, 1, 34, 0, 2, 1, NEVER, "several disks", CENTRAL, 0},
    {"encrypted", false, BOTH, 1, 6, 8, 2, 1, NEVER, "'m/data/0': it is encrypted", LOCAL, 0},
    {"encrypted_local", false, LOCAL, 1, 6, 0, 2, 1, BAD, "'m/data/0': its local header", LOCAL, 0},
    {"strongly_encrypted", false, BOTH, 1, 6, 8, 2, 0x40, NEVER, "encrypted", LOCAL, 0},
    {"patched", false, BOTH, 1, 6, 8, 2, 0x20, NEVER, "a patch", LOCAL, 0},
    {"compressed", false, BOTH, 1, 8, 10, 2, 8, NEVER, "'m/data/0' is compressed", LOCAL, 0},
    {"compressed_pickle", false, BOTH, 0, 8, 10, 2, 8, NEVER, "'m/data.pkl' is compressed", LOCAL, 0},
    {"compressed_order", false, BOTH, 3, 8, 10, 2, 8, NEVER, "'m/byteorder' is compressed", LOCAL, 0},
    {"compressed_local", false, LOCAL, 1, 8, 0, 2, 8, BAD, "its local header", LOCAL, 0},
    {"size_other", false, CENTRAL, 1, 24, 0, 4, 25, BAD, "24 bytes are stored, it has 25", LOCAL, 0},
    {"size_local", false, LOCAL, 1, 18, 0, 4, 25, BAD, "its local header", LOCAL, 0},
    {"size_huge", false, BOTH, 3, 18, 20, 8, 0x7fffffff7fffffff, BAD, "its 2147483647 bytes", LOCAL, 0},
    {"overlap", false, BOTH, 1, 18, 20, 8, 0x2800000028, BAD, "'m/data/1' lies in the one before",
     LOCAL, 62},
    {"place_other", false, CENTRAL, 1, 42, 0, 4, 1, BAD, "its local header", FILE_START, 1},
    {"place_beyond", false, CENTRAL, 1, 42, 0, 4, 0x7fffffff, BAD, "begins behind", FILE_START,
     0x7fffffff},
    {"name_other", false, LOCAL, 1, 30, 0, 1, 'n', BAD, "its local header", LOCAL, 0},
    {"name_absolute", false, BOTH, 1, 30, 46, 1, '/', BAD, "'//data/0': its name", LOCAL, 0},
    {"name_dots", false, BOTH, 1, 30, 46, 3, 0x2f2e2e, BAD, "'../ata/0': its name", LOCAL, 0},
    {"name_nul", false, BOTH, 1, 37, 53, 1, 0, BAD, "'m/data/\\x00': its name", LOCAL, 0},
    {"name_twice", false, BOTH, 2, 37, 53, 1, '0', BAD, "'m/data/0' is there twice", LOCAL, 0},
    {"no_pickle", false, BOTH, 0, 30 + 9, 46 + 9, 1, 'x', NEVER, "no data.pkl in it", FILE_START, 0},
    {"big_endian", false, DATA, 3, 0, 0, 6, 0x20646e676962, NEVER, "byte order", DATA, 0},
    {"wide_locator", true, LOCATOR, 0, 8, 0, 8, 0x7fffffff, BAD, "behind its locator", LOCATOR, 0},
    {"wide_record", true, END64, 0, 0, 0, 4, 0, BAD, "no end record", END64, 0},
    {"wide_disk", true, END64, 0, 16, 0, 4, 1, NEVER, "several disks", END64, 0},
    {"wide_differs", true, END, 0, 8, 0, 4, 0x50005, BAD, "records differ", END, 0},
    {"wide_entries", true, END64, 0, 24, 0, 8, UINT64_MAX, NEVER, "several disks", END64, 0},
    {"wide_directory", true, END64, 0, 40, 0, 8, UINT64_MAX, BAD, "does not end where", END, 0},
};
#define PATCHES (sizeof patches / sizeof *patches)
#define CASES (PICKLES + STREAMS + PATCHES)

struct made {
    struct image m;
    char path[64];
    struct refused r;
};

static const struct text good_pickle = TEXT(GOOD_PICKLE), good_stream = TEXT(GOOD_STREAM);

static void make_pickle(struct made *out, const struct mutation *mu)
{
    struct image pickle;
    struct places p;
    size_t at;

    replace_bytes(&pickle, good_pickle, mu->from, mu->to, &at);
    make_archive(&out->m, &p, (struct text){(char *)pickle.bytes, pickle.len}, false);
    snprintf(out->path, sizeof out->path, "pickle/%s.bin", mu->name);
    out->r = (struct refused){out->path, "pickle/good.bin", mu->code, mu->item,
                              p.data[ENTRY_PICKLE] + at + (size_t)mu->shift, "inspect"};
}

static void make_streamed(struct made *out, const struct mutation *mu)
{
    struct image pickles_of;
    size_t at;

    replace_bytes(&pickles_of, good_stream, mu->from, mu->to, &at);
    make_stream(&out->m, (struct text){(char *)pickles_of.bytes, pickles_of.len});
    snprintf(out->path, sizeof out->path, "pickle/%s.bin", mu->name);
    out->r = (struct refused){out->path, "pickle/stream.bin", mu->code, mu->item, at + (size_t)mu->shift,
                              "inspect"};
}

static size_t find_place(const struct places *p, enum place place, size_t entry)
{
    switch (place) {
    case LOCAL: return p->local[entry];
    case BOTH:
    case CENTRAL: return p->central[entry];
    case DATA: return p->data[entry];
    case END64: return p->end64;
    case LOCATOR: return p->locator;
    case END: return p->end;
    case FILE_START: break;
    }
    return 0;
}

static void write_at(struct image *m, size_t at, uint64_t value, size_t width)
{
    for (size_t i = 0; i < width; i++)
        m->bytes[at + i] = (uint8_t)(value >> 8 * i);
}

static void make_patched(struct made *out, const struct patch *pa)
{
    struct places p;

    make_archive(&out->m, &p, good_pickle, pa->wide);
    size_t at = find_place(&p, pa->place == BOTH ? LOCAL : pa->place, pa->entry) + pa->shift;
    if (pa->width == 0)
        out->m.len = at;
    write_at(&out->m, at, pa->value, pa->width);
    if (pa->place == BOTH)
        write_at(&out->m, p.central[pa->entry] + pa->shift2, pa->value, pa->width);
    snprintf(out->path, sizeof out->path, "zip/%s.bin", pa->name);
    out->r = (struct refused){out->path, pa->wide ? "zip/wide.bin" : "zip/good.bin", pa->code, pa->item,
                              find_place(&p, pa->named, pa->entry) + pa->named_shift, "inspect"};
}

static void make(struct made *out, size_t i)
{
    if (i < PICKLES)
        make_pickle(out, &pickles[i]);
    else if (i < PICKLES + STREAMS)
        make_streamed(out, &streams[i - PICKLES]);
    else
        make_patched(out, &patches[i - PICKLES - STREAMS]);
}

static enum mzg_code open_bytes(struct mzg_weights *w, const void *data, size_t len, struct mzg_err *e)
{
    char scratch[SCRATCH_PATH], path[SCRATCH_PATH + 32];

    make_scratch(scratch);
    put_file(scratch, "x.bin", data, len);
    snprintf(path, sizeof path, "%s/x.bin", scratch);
    enum mzg_code code = mzg_weights_open(w, path, e);
    remove_scratch(scratch);
    return code;
}

static enum mzg_code open_pickle(struct mzg_weights *w, struct text pickle, struct mzg_err *e)
{
    struct image m;
    struct places p;

    make_archive(&m, &p, pickle, false);
    return open_bytes(w, m.bytes, m.len, e);
}

static void every_spoilt_place_is_refused_by_name_and_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        struct mzg_weights w;
        struct mzg_err e = {0};
        struct made m;
        make(&m, i);
        check_refusal(&m.r, open_bytes(&w, m.m.bytes, m.m.len, &e), &e);
    }
}

/* ---- the committed files ---- */

#define LIST "EXPECT.pytorch"

/* The four that pass; false: no more. */
static bool make_good(struct image *m, size_t i, const char **path)
{
    static const char *const paths[] = {"pickle/good.bin", "pickle/stream.bin", "zip/good.bin",
                                        "zip/wide.bin"};
    struct places p;

    if (i >= sizeof paths / sizeof *paths)
        return false;
    *path = paths[i];
    if (i == 1)
        make_stream(m, good_stream);
    else
        make_archive(m, &p, good_pickle, i == 3);
    return true;
}

static void the_committed_files_are_these(void **state)
{
    struct image good;
    struct made m;
    const char *path;

    (void)state;
    for (size_t i = 0; make_good(&good, i, &path); i++)
        check_committed_in(LIST, NULL, path, good.bytes, good.len);
    for (size_t i = 0; i < CASES; i++) {
        make(&m, i);
        check_committed_in(LIST, &m.r, m.path, m.m.bytes, m.m.len);
    }
}

static int write_corpus(const char *folder)
{
    struct image good;
    struct made m;
    const char *path;
    char line[1024];

    for (size_t i = 0; make_good(&good, i, &path); i++)
        put_file(folder, path, good.bytes, good.len);
    for (size_t i = 0; i < CASES; i++) {
        make(&m, i);
        put_file(folder, m.path, m.m.bytes, m.m.len);
        expect_line(line, &m.r);
        fputs(line, stdout);
    }
    return 0;
}

/* ---- what passes ---- */

static void check_good(const struct mzg_weights *w, uint64_t a_at, uint64_t b_at)
{
    const struct mzg_tensor *a = mzg_weights_find(w, "a"), *b = mzg_weights_find(w, "b");

    assert_string_equal(w->container, "PyTorch");
    assert_true(w->n_tensors == 2 && a && b);
    assert_true(a->n_dims == 2 && a->ne[0] == 3 && a->ne[1] == 2 && a->ne[2] == 1);
    assert_true(a->elems == 6 && a->bytes == 24 && a->offset == a_at && !a->strides);
    assert_true(a->type == MZG_TYPE_F32 && strcmp(a->type_name, "F32") == 0);
    assert_true(b->n_dims == 1 && b->offset == b_at && !b->strides);
}

static void an_archive_gives_its_tensors_where_they_lie(void **state)
{
    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        struct mzg_weights w;
        struct mzg_err e;
        struct image m;
        struct places p;
        make_archive(&m, &p, good_pickle, wide);
        assert_int_equal(open_bytes(&w, m.bytes, m.len, &e), MZG_OK);
        check_good(&w, p.data[ENTRY_A], p.data[ENTRY_B]);
        assert_true(w.tensors[1].type == MZG_TYPE_BF16 && w.tensors[1].bytes == 8);
        mzg_weights_close(&w);
    }
}

static void a_stream_gives_views_of_one_storage(void **state)
{
    struct mzg_weights w;
    struct mzg_err e;
    struct image m;
    float x[3];

    (void)state;
    make_stream(&m, good_stream);
    assert_int_equal(open_bytes(&w, m.bytes, m.len, &e), MZG_OK);
    uint64_t at = sizeof GOOD_STREAM - 1 + 8;
    check_good(&w, at, at + 3 * sizeof(float)); /* the view begins at 2, the tensor at its 1 */
    assert_int_equal(mzg_weights_read(&w, mzg_weights_find(&w, "b"), 0, x, sizeof x, &e), MZG_OK);
    assert_true(x[0] == 4 && x[1] == 5 && x[2] == 6);
    mzg_weights_close(&w);
}

/* Opens a pickle that is the good one with one change. */
static void open_changed(struct mzg_weights *w, struct text from, struct text to)
{
    struct image pickle;
    struct mzg_err e;
    size_t at;

    replace_bytes(&pickle, good_pickle, from, to, &at);
    if (open_pickle(w, (struct text){(char *)pickle.bytes, pickle.len}, &e) != MZG_OK)
        fail_msg("%s", e.msg);
}

static void strides_are_kept_where_they_say_something(void **state)
{
    static const struct {
        struct text shape;
        unsigned n_dims;
        uint64_t ne[3], strides[3]; /* none: together */
    } cases[] = {
        {TEXT("K\0K\3K\2\x86K\1K\3\x86"), 2, {2, 3, 1}, {3, 1, 0}},             /* transposed */
        {TEXT("K\0K\3\x85K\2\x85"), 1, {3, 1, 1}, {2, 0, 0}},                   /* every second */
        {TEXT("K\2K\4\x85K\1\x85"), 1, {4, 1, 1}, {0, 0, 0}},                   /* a part: together */
        {TEXT("K\0K\2K\3\x86K\0K\1\x86"), 2, {3, 2, 1}, {1, 0, 0}},             /* a row, twice */
        {TEXT("K\0K\1K\6\x86M\xff\xffK\1\x86"), 2, {6, 1, 1}, {0, 0, 0}},       /* one row: together */
        {TEXT("K\0K\2K\1K\3\x87K\3M\xff\xffK\1\x87"), 3, {3, 1, 2}, {0, 0, 0}}, /* in the middle */
        {TEXT("K\0K\0K\3\x86K\7K\7\x86"), 2, {3, 0, 1}, {0, 0, 0}},             /* nothing */
        {TEXT("K\5))"), 0, {1, 1, 1}, {0, 0, 0}},                               /* a number */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mzg_weights w;
        open_changed(&w, (struct text)TEXT("K\0K\2K\3\x86K\3K\1\x86"), cases[i].shape);
        const struct mzg_tensor *a = mzg_weights_find(&w, "a");
        assert_int_equal(a->n_dims, cases[i].n_dims);
        assert_memory_equal(a->ne, cases[i].ne, sizeof cases[i].ne);
        bool together = !cases[i].strides[0] && !cases[i].strides[1];
        assert_int_equal(a->strides == NULL, together);
        if (a->strides)
            assert_memory_equal(a->strides, cases[i].strides, sizeof cases[i].strides);
        assert_int_equal(a->bytes, 4 * a->elems);
        mzg_weights_close(&w);
    }
}

static void types_are_named_as_safetensors_names_them(void **state)
{
    static const struct { struct text type; const char *name; enum mzg_type type_of; } cases[] = {
        {TEXT("float8_e4m3fn"), "F8_E4M3", MZG_TYPE_END}, {TEXT("uint8"), "U8", MZG_TYPE_END},
        {TEXT("int8"), "I8", MZG_TYPE_I8},                {TEXT("bool"), "BOOL", MZG_TYPE_END},
        {TEXT("float16"), "F16", MZG_TYPE_F16},           {TEXT("float32"), "F32", MZG_TYPE_F32},
    };

    static const struct text head =
        TEXT("\x80\2}U\1wctorch._utils\n_rebuild_tensor_v3\n((U\7storagectorch.storage\nUntypedStorage\n"
             "U\1" "0U\3cpuK\x18tQK\1K\2\x85K\1\x85\x89Nctorch\n");

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct image pickle;
        struct mzg_weights w;
        struct mzg_err e;
        pickle.len = 0;
        put_bytes(&pickle, head.data, head.len);
        put_bytes(&pickle, cases[i].type.data, cases[i].type.len);
        put_bytes(&pickle, "\ntRs.", 5);
        if (open_pickle(&w, (struct text){(char *)pickle.bytes, pickle.len}, &e) != MZG_OK)
            fail_msg("%s", e.msg);
        assert_string_equal(w.tensors[0].type_name, cases[i].name);
        assert_int_equal(w.tensors[0].type, cases[i].type_of);
        assert_true(w.tensors[0].bytes % 2 == 0 && w.tensors[0].elems == 2);
        mzg_weights_close(&w);
    }
}

/* What trainers put around the weights is taken off, and their numbers stay to be asked for. */
static void wrappers_and_prefixes_are_taken_off(void **state)
{
    static const struct { struct text to; const char *name; } cases[] = {
        {TEXT("u."), "a"},
        {TEXT("uq\1" "0}U\x0astate_dicth\1s."), "a"},
        {TEXT("uq\1" "0}U\5epochK\7sU\x10model_state_dict}U\6moduleh\1ss."), "a"},
        {TEXT("uq\1" "0}(U\4dims}(U\6n_melsK\x50U\1fG\0\0\0\0\0\0\0\0uU\5modelh\1U\4listh\1\x85u."), "a"},
    };
    static const struct text from = TEXT("u.");
    int64_t value;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mzg_weights w;
        open_changed(&w, from, cases[i].to);
        assert_true(w.n_tensors == 2 && mzg_weights_find(&w, cases[i].name));
        assert_int_equal(mzg_weights_number(&w, "dims.n_mels", &value), i == 3);
        assert_true(i != 3 || (value == 80 && w.n_numbers == 1));
        assert_int_equal(mzg_weights_number(&w, "epoch", &value), i == 2);
        mzg_weights_close(&w);
    }
}

static void the_prefix_of_parallel_training_goes_when_all_have_it(void **state)
{
    static const struct text one_a = TEXT("U\1" "a"), parallel_a = TEXT("U\x08module.a"),
                             one_b = TEXT("U\1" "b"), parallel_b = TEXT("U\x08module.b");
    struct image first, both;
    struct mzg_weights w;
    struct mzg_err e;
    size_t at;

    (void)state;
    open_changed(&w, one_a, parallel_a);
    assert_non_null(mzg_weights_find(&w, "module.a"));
    mzg_weights_close(&w);
    replace_bytes(&first, good_pickle, one_a, parallel_a, &at);
    replace_bytes(&both, (struct text){(char *)first.bytes, first.len}, one_b, parallel_b, &at);
    assert_int_equal(open_pickle(&w, (struct text){(char *)both.bytes, both.len}, &e), MZG_OK);
    assert_non_null(mzg_weights_find(&w, "a"));
    assert_non_null(mzg_weights_find(&w, "b"));
    mzg_weights_close(&w);
}

/* The real ones, where they are. */
static void real_checkpoints_are_read(void **state)
{
    static const struct { const char *path, *name; size_t n; } files[] = {
        {"../shared/data/tinypellm/pytorch_model.bin", "model.layers.1.ff.output.weight", 24},
        {"../shared/data/silero-vad/silero_vad.v6.2.jit", "_model.decoder.rnn.weight_ih", 32},
    };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct mzg_weights w;
        struct mzg_err e;
        if (access(files[i].path, R_OK) != 0)
            skip();
        assert_int_equal(mzg_weights_open(&w, files[i].path, &e), MZG_OK);
        assert_int_equal(w.n_tensors, files[i].n);
        assert_non_null(mzg_weights_find(&w, files[i].name));
        mzg_weights_close(&w);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_spoilt_place_is_refused_by_name_and_byte),
        cmocka_unit_test(the_committed_files_are_these),
        cmocka_unit_test(an_archive_gives_its_tensors_where_they_lie),
        cmocka_unit_test(a_stream_gives_views_of_one_storage),
        cmocka_unit_test(strides_are_kept_where_they_say_something),
        cmocka_unit_test(types_are_named_as_safetensors_names_them),
        cmocka_unit_test(wrappers_and_prefixes_are_taken_off),
        cmocka_unit_test(the_prefix_of_parallel_training_goes_when_all_have_it),
        cmocka_unit_test(real_checkpoints_are_read),
    };

    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return write_corpus(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
