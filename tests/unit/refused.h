/* refused.h: files that must be refused, each a one-field mutation of one that passes.
 *
 * A test makes its cases in a scratch folder and checks them there. `TEST --write tests/refused`
 * writes the same files for tests/refused and prints their lines of tests/refused/EXPECT, by which
 * the command line is tried on them; the test fails when the two have drifted apart. To renew:
 *   for t in safetensors gguf weights parts model; do
 *       build/tests/unit/test_$t --write tests/refused
 *   done > tests/refused/EXPECT
 *   for t in tokenizer_spm tokenizer_json tokenizer_files; do
 *       build/tests/unit/test_$t --write tests/refused
 *   done > tests/refused/EXPECT.vocab
 *   build/tests/unit/test_imatrix --write tests/refused > tests/refused/EXPECT.importance
 *   build/tests/unit/test_onnx --write tests/refused > tests/refused/EXPECT.onnx
 *   build/tests/unit/test_recipe_file --write tests/refused > tests/refused/EXPECT.recipe
 *   build/tests/unit/test_pytorch --write tests/refused > tests/refused/EXPECT.pytorch
 *   build/tests/unit/test_settings --write tests/refused > tests/refused/EXPECT.record
 *   build/tests/unit/test_whisper_refused --write tests/refused > tests/refused/EXPECT.whisper
 *   build/tests/unit/test_params --write tests/refused > tests/refused/EXPECT.params
 *   build/tests/unit/test_genai_refused --write tests/refused > tests/refused/EXPECT.genai
 * A line: path, base that passes, exit status, what the message names, byte or '-', command. */
#ifndef MZG_TESTS_REFUSED_H
#define MZG_TESTS_REFUSED_H

#include "base/error.h"
#include <ftw.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#define CORPUS "tests/refused"
#define SCRATCH_PATH 256

/* An entry of a safetensors header, all in literals. */
#define ENTRY(name, dtype, shape, offsets)                                                         \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":[" shape "],\"data_offsets\":[" offsets "]}"

struct refused {
    const char *path;    /* below tests/refused; with a '/' at the end: a folder */
    const char *base;
    enum mzg_code code;
    const char *item;
    uint64_t offset;     /* MZG_NO_OFFSET: none */
    const char *command; /* inspect, convert */
};

static inline void make_scratch(char path[SCRATCH_PATH])
{
    snprintf(path, SCRATCH_PATH, "/tmp/mzg-test-XXXXXX");
    assert_non_null(mkdtemp(path));
}

static inline int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static inline void remove_scratch(const char *path)
{
    nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* Writes FOLDER/rel, making the folders on the way. */
static inline void put_file(const char *folder, const char *rel, const void *data, size_t len)
{
    char path[1024];

    snprintf(path, sizeof path, "%s/%s", folder, rel);
    for (char *p = path + 1; (p = strchr(p, '/')) != NULL; p++) {
        *p = '\0';
        mkdir(path, 0777);
        *p = '/';
    }
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

static inline void expect_line(char line[1024], const struct refused *r)
{
    char offset[24] = "-";

    if (r->offset != MZG_NO_OFFSET)
        snprintf(offset, sizeof offset, "%" PRIu64, r->offset);
    snprintf(line, 1024, "%.*s\t%s\t%d\t%s\t%s\t%s\n",
             (int)(strlen(r->path) - (r->path[strlen(r->path) - 1] == '/')), r->path, r->base,
             (int)r->code, r->item, offset, r->command);
}

/* What a reader said of the case: code, item and byte as expected. */
static inline void check_refusal(const struct refused *r, enum mzg_code code,
                                 const struct mzg_err *e)
{
    if (code != r->code || e->code != code || !strstr(e->msg, r->item) || e->offset != r->offset)
        fail_msg("%s: expected %d '%s' at %" PRId64 ", got %d '%s' at %" PRId64, r->path, r->code,
                 r->item, (int64_t)r->offset, code, e->msg, (int64_t)e->offset);
}

/* tests/refused holds this file, and its list (EXPECT, or the name given) this line. */
static inline void check_committed_in(const char *list, const struct refused *r, const char *rel,
                                      const void *data, size_t len)
{
    char path[512], line[1024], got[1024], bytes[8192];
    bool found = false;

    snprintf(path, sizeof path, CORPUS "/%s", rel);
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("%s is missing: renew tests/refused (refused.h)", path);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    if (n != len || memcmp(bytes, data, len) != 0)
        fail_msg("%s has drifted: renew tests/refused (refused.h)", path);
    if (!r)
        return;
    expect_line(line, r);
    snprintf(path, sizeof path, CORPUS "/%s", list);
    f = fopen(path, "r");
    assert_non_null(f);
    while (!found && fgets(got, sizeof got, f))
        found = strcmp(got, line) == 0;
    fclose(f);
    if (!found)
        fail_msg("not in %s: %s", list, line);
}

static inline void check_committed(const struct refused *r, const char *rel, const void *data,
                                   size_t len)
{
    check_committed_in("EXPECT", r, rel, data, len);
}

#endif
