#include "base/file.h"
#include "model/vocab/tokenizer_spm.h"
#include "model/vocab/vocab_table.h"
#include "refused.h"

#define STORIES "../shared/data/stories260K/hf-derived/tokenizer.model"

/* ---- a small model that passes, to be spoilt one field at a time ---- */

/* <unk>, <s>, <0x0A>, "▁a" (score -1), a USER_DEFINED piece; BPE, pad 3; no dummy prefix. */
static const uint8_t good[] = {
    0x0a, 9, 0x0a, 5, '<', 'u', 'n', 'k', '>', 0x18, 2,                               /* at 0 */
    0x0a, 7, 0x0a, 3, '<', 's', '>', 0x18, 3,                                         /* at 11 */
    0x0a, 10, 0x0a, 6, '<', '0', 'x', '0', 'A', '>', 0x18, 6,                         /* at 20 */
    0x0a, 11, 0x0a, 4, 0xe2, 0x96, 0x81, 'a', 0x15, 0, 0, 0x80, 0xbf,                 /* at 32 */
    0x0a, 6, 0x0a, 2, 'u', 'd', 0x18, 4,                                              /* at 45 */
    0x12, 5, 0x18, 2, 0xd8, 0x02, 3,                                                  /* at 53 */
    0x1a, 2, 0x18, 0,                                                                 /* at 60 */
};

struct loaded {
    struct mzg_vocab v;
    struct mzg_tokenizer_spm spm;
    char notice[200];
};

static void keep_notice(void *ctx, const char *text)
{
    snprintf(ctx, 200, "%s", text);
}

static enum mzg_code read_bytes(struct loaded *l, const uint8_t *data, size_t len, uint64_t size,
                                struct mzg_err *e)
{
    struct mzg_notify notify = {keep_notice, l->notice};
    const struct mzg_tokenizer_spm_options opt = {size, false, &notify};
    enum mzg_code code;

    memset(l, 0, sizeof *l);
    mzg_vocab_init(&l->v);
    code = mzg_tokenizer_spm_read(&l->spm, &l->v, data, len, &opt, e);
    if (code == MZG_OK)
        code = mzg_vocab_table_finish(&l->v, e);
    return code;
}

static void pieces_become_llama_tokens(void **state)
{
    static const struct { const char *text; int type; float score; } want[] = {
        {"<unk>", MZG_TOKEN_UNKNOWN, 0},  {"<s>", MZG_TOKEN_CONTROL, 0},
        {"<0x0A>", MZG_TOKEN_BYTE, 0},    {"\xe2\x96\x81" "a", MZG_TOKEN_NORMAL, -1},
        {"ud", MZG_TOKEN_NORMAL, 0},
    };
    struct loaded l;
    struct mzg_err e;

    (void)state;
    assert_int_equal(read_bytes(&l, good, sizeof good, 0, &e), MZG_OK);
    assert_string_equal(l.v.model, "llama");
    assert_string_equal(l.v.pre, "default");
    assert_int_equal(l.v.count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(l.v.tokens[i], want[i].text);
        assert_int_equal(l.v.types[i], want[i].type);
        assert_true(l.v.scores[i] == want[i].score);
    }
    assert_true(l.spm.unk == 0 && l.spm.bos == 1 && l.spm.eos == 2 && l.spm.pad == 3);
    assert_false(l.spm.add_dummy_prefix);
    assert_int_equal(mzg_vocab_table_find(&l.v, "ud"), 4);
    assert_int_equal(mzg_vocab_table_find(&l.v, "nobody"), -1);
    mzg_vocab_clear(&l.v);
}

static void room_beyond_the_pieces_is_padded(void **state)
{
    struct loaded l;
    struct mzg_err e;

    (void)state;
    assert_int_equal(read_bytes(&l, good, sizeof good, 7, &e), MZG_OK);
    assert_int_equal(l.v.count, 7);
    assert_string_equal(l.v.tokens[6], "[PAD6]");
    assert_int_equal(l.v.types[6], MZG_TOKEN_UNUSED);
    assert_true(l.v.scores[6] == -10000.0f);
    mzg_vocab_clear(&l.v);
}

static void pieces_beyond_the_room_are_left_out_with_a_notice(void **state)
{
    struct loaded l;
    struct mzg_err e;

    (void)state;
    assert_int_equal(read_bytes(&l, good, sizeof good, 4, &e), MZG_OK);
    assert_int_equal(l.v.count, 4);
    assert_non_null(strstr(l.notice, "5 pieces, the model room for 4"));
    mzg_vocab_clear(&l.v);
}

/* One byte of the good file, and what is said of it. */
static const struct mutation {
    const char *name;
    size_t at;
    uint8_t from, to;
    enum mzg_code code;
    const char *what;
    uint64_t offset;
} mutations[] = {
    {"piece_type_9", 10, 2, 9, MZG_MALFORMED, "piece 0 '<unk>' at byte 2 has an unknown type", 2},
    {"piece_type_0", 19, 3, 0, MZG_MALFORMED, "piece 1 '<s>' at byte 13 has an unknown type", 13},
    {"byte_piece_text", 26, 'x', 'y', MZG_MALFORMED, "piece 2 '<0y0A>' at byte 22 is a byte", 22},
    {"score_inf", 44, 0xbf, 0x7f, MZG_MALFORMED, "a score that is not a finite number", 34},
    {"score_varint", 40, 0x15, 0x10, MZG_MALFORMED, "SentencePiece.score", 40},
    {"piece_not_utf8", 36, 0xe2, 0xff, MZG_MALFORMED, "is not UTF-8", 34},
    {"piece_nul", 16, 's', 0, MZG_MALFORMED, "is not UTF-8 text without NUL", 13},
    {"piece_past_end", 12, 7, 0x7f, MZG_MALFORMED, "goes beyond its message", 11},
    {"text_past_piece", 14, 3, 0x70, MZG_MALFORMED, "goes beyond its message", 13},
    {"group", 0, 0x0a, 0x0b, MZG_MALFORMED, "wire type 3", 0},
    {"piece_varint", 0, 0x0a, 0x08, MZG_MALFORMED, "ModelProto.pieces", 0},
    {"word", 56, 2, 3, MZG_UNSUPPORTED, "SentencePiece word", MZG_NO_OFFSET},
    {"model_type_77", 56, 2, 77, MZG_MALFORMED, "model_type 77", MZG_NO_OFFSET},
    {"flag_as_text", 57, 0xd8, 0xc2, MZG_MALFORMED, "goes beyond its message", 57},
    {"same_text", 50, 'd', 'u', MZG_MALFORMED, "tokens 4 and 5 have the same text", MZG_NO_OFFSET},
};
#define MUTATIONS (sizeof mutations / sizeof *mutations)

/* The good file, spoilt (m NULL: not), and its line; a sixth piece "uu" is there for same_text. */
struct made {
    uint8_t data[sizeof good + 6];
    char path[64], file[96];
    struct refused r;
};

static void make(struct made *made, const struct mutation *m)
{
    memcpy(made->data, good, sizeof good);
    memcpy(made->data + sizeof good, (uint8_t[]){0x0a, 4, 0x0a, 2, 'u', 'u'}, 6);
    if (m) {
        assert_int_equal(made->data[m->at], m->from);
        made->data[m->at] = m->to;
        made->r = (struct refused){made->path, "tokenizer_model/good", m->code, m->what, m->offset,
                                   "overlay tiny-spm"};
    }
    snprintf(made->path, sizeof made->path, "tokenizer_model/%s", m ? m->name : "good");
    snprintf(made->file, sizeof made->file, "%s/tokenizer.model", made->path);
}

static void one_changed_byte_is_refused_with_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < MUTATIONS; i++) {
        struct loaded l;
        struct mzg_err e = {0};
        struct made made;

        make(&made, &mutations[i]);
        check_refusal(&made.r, read_bytes(&l, made.data, sizeof made.data, 0, &e), &e);
        mzg_vocab_clear(&l.v);
    }
}

static void the_committed_files_are_these(void **state)
{
    struct made made;

    (void)state;
    make(&made, NULL);
    check_committed(NULL, made.file, made.data, sizeof made.data);
    for (size_t i = 0; i < MUTATIONS; i++) {
        make(&made, &mutations[i]);
        check_committed_in("EXPECT.vocab", &made.r, made.file, made.data, sizeof made.data);
    }
}

static int write_corpus(const char *folder)
{
    struct made made;
    char line[1024];

    make(&made, NULL);
    put_file(folder, made.file, made.data, sizeof made.data);
    for (size_t i = 0; i < MUTATIONS; i++) {
        make(&made, &mutations[i]);
        put_file(folder, made.file, made.data, sizeof made.data);
        expect_line(line, &made.r);
        fputs(line, stdout);
    }
    return 0;
}

static void no_pieces_and_too_many_tokens_are_refused(void **state)
{
    struct loaded l;
    struct mzg_err e;

    (void)state;
    assert_int_equal(read_bytes(&l, good + 53, sizeof good - 53, 0, &e), MZG_MALFORMED);
    assert_non_null(strstr(e.msg, "no SentencePiece pieces"));
    mzg_vocab_clear(&l.v);
    assert_int_equal(read_bytes(&l, good, sizeof good, MZG_VOCAB_MAX + 1ull, &e), MZG_LIMIT);
    mzg_vocab_clear(&l.v);
}

static void every_truncation_is_refused_or_shorter(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof good; len++) {
        uint8_t *exact = malloc(len ? len : 1); /* so that an over-read is seen */
        struct loaded l;
        struct mzg_err e;

        memcpy(exact, good, len);
        if (read_bytes(&l, exact, len, 0, &e) == MZG_OK)
            assert_true(len >= 11); /* whole pieces only */
        mzg_vocab_clear(&l.v);
        free(exact);
    }
}

static void stories260k_is_read_whole(void **state)
{
    struct loaded l;
    struct mzg_err e;
    char *data;
    size_t len;
    FILE *there = fopen(STORIES, "rb");

    (void)state;
    if (!there) {
        print_message("[ SKIPPED ] %s is not here\n", STORIES);
        skip();
    }
    fclose(there);
    assert_int_equal(mzg_file_load(STORIES, 1 << 20, &data, &len, &e), MZG_OK);
    assert_int_equal(read_bytes(&l, (const uint8_t *)data, len, 512, &e), MZG_OK);
    assert_int_equal(l.v.count, 512);
    assert_string_equal(l.v.tokens[0], "<unk>");
    assert_int_equal(l.v.types[2], MZG_TOKEN_CONTROL);
    assert_int_equal(l.v.types[3], MZG_TOKEN_BYTE);
    assert_string_equal(l.v.tokens[258], "<0xFF>");
    assert_int_equal(l.v.types[511], MZG_TOKEN_NORMAL);
    assert_true(l.v.scores[511] == -252.0f);
    assert_true(l.spm.add_dummy_prefix && l.spm.pad == -1);
    free(data);
    mzg_vocab_clear(&l.v);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_become_llama_tokens),
        cmocka_unit_test(room_beyond_the_pieces_is_padded),
        cmocka_unit_test(pieces_beyond_the_room_are_left_out_with_a_notice),
        cmocka_unit_test(one_changed_byte_is_refused_with_its_place),
        cmocka_unit_test(the_committed_files_are_these),
        cmocka_unit_test(no_pieces_and_too_many_tokens_are_refused),
        cmocka_unit_test(every_truncation_is_refused_or_shorter),
        cmocka_unit_test(stories260k_is_read_whole),
    };

    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return write_corpus(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
