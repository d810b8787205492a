/* A model folder: config.json up to the first NUL byte, then a line NAME SHAPE for each tensor ('#' in the name: for
 * each of 20 layers), as tests/unit/families_tables.h has them. What opens can be planned and read.
 * Covers: formats/model/arch/config.c formats/model/arch/config_rope.c formats/model/arch/common.c formats/model/arch/arch.c formats/model/arch/canon.c formats/model/arch/how.c formats/model/arch/known.c formats/model/arch/encoder.c formats/model/arch/pooling.c formats/model/arch/rope.c */
#include "kernels/kernels.h"
#include "model/plan.h"
#include "values_input.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEADER_ROOM ((size_t)1 << 20)
#define LAYERS 20

static char folder[] = "/tmp/mzigo-fuzz-XXXXXX";
static bool made;
static const char *const names[] = {"config.json", "model.safetensors", "tokenizer.model"};

/* <unk>, <s>, </s>, "<0x0A>", "a" */
static const char tokenizer[] =
    "\x0a\x09\x0a\x05<unk>\x18\x02" "\x0a\x07\x0a\x03<s>\x18\x03" "\x0a\x08\x0a\x04</s>\x18\x03"
    "\x0a\x0a\x0a\x06<0x0A>\x18\x06" "\x0a\x08\x0a\x01" "a\x15\0\0\x80\xbf" "\x12\x02\x18\x02";

static const char *path_of(size_t i)
{
    static char path[64];
    snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    return path;
}

static void remove_folder(void)
{
    for (size_t i = 0; i < 3; i++)
        unlink(path_of(i));
    rmdir(folder);
}

/* A new file each time: some file systems bring what replaces another one's content to the disk at once. */
static void write_file(size_t i, const void *bytes, size_t n, uint64_t holes)
{
    unlink(path_of(i));
    FILE *f = fopen(path_of(i), "wb");
    if (!f || fwrite(bytes, 1, n, f) != n || fflush(f) != 0 ||
        ftruncate(fileno(f), (off_t)(n + holes)) != 0 || fclose(f) != 0)
        abort();
}

static void make_folder(void)
{
    if (!mkdtemp(folder))
        abort();
    made = true;
    atexit(remove_folder);
    write_file(2, tokenizer, sizeof tokenizer - 1, 0);
}

/* ---- the tensors ---- */

struct tensors {
    char *header; /* HEADER_ROOM, 8 bytes of them for its length */
    size_t len;
    uint64_t bytes;
};

/* Dimensions between commas, each below 65536 and at most 4, so that what is written stays small. */
static bool shape_of(const char *text, size_t n, uint64_t *elems)
{
    size_t dims = 0;
    *elems = 1;
    for (size_t i = 0; i < n; i++, dims++) {
        uint64_t length = 0;
        for (; i < n && isdigit((unsigned char)text[i]) && length < 65536; i++)
            length = 10 * length + (uint64_t)(text[i] - '0');
        *elems *= length;
        if (length == 0 || length >= 65536 || dims == 4 || *elems > 1 << 24 || (i < n && text[i] != ','))
            return false;
    }
    return dims > 0;
}

static void put(struct tensors *t, const char *name, size_t n, const char *shape, size_t m, uint64_t elems)
{
    if (t->len + n + m + 160 > HEADER_ROOM)
        return;
    t->len += (size_t)snprintf(t->header + t->len, HEADER_ROOM - t->len,
                               "%s\"%.*s\":{\"dtype\":\"F32\",\"shape\":[%.*s],\"data_offsets\":[%llu,%llu]}",
                               t->bytes ? "," : "{", (int)n, name, (int)m, shape, (unsigned long long)t->bytes,
                               (unsigned long long)(t->bytes + 4 * elems));
    t->bytes += 4 * elems;
}

static void put_line(struct tensors *t, const char *line, size_t n)
{
    char name[256];
    const char *blank = memchr(line, ' ', n);
    uint64_t elems;
    if (!blank || blank == line || blank - line > 200 || memchr(line, '"', n) || memchr(line, '\\', n) ||
        !shape_of(blank + 1, n - (size_t)(blank + 1 - line), &elems))
        return;
    const char *mark = memchr(line, '#', (size_t)(blank - line));
    size_t shape = n - (size_t)(blank + 1 - line);
    if (!mark)
        put(t, line, (size_t)(blank - line), blank + 1, shape, elems);
    for (int layer = 0; mark && layer < LAYERS; layer++) {
        int m = snprintf(name, sizeof name, "%.*s%d%.*s", (int)(mark - line), line, layer, (int)(blank - mark - 1),
                         mark + 1);
        put(t, name, (size_t)m, blank + 1, shape, elems);
    }
}

static void write_weights(const char *lines, size_t n)
{
    struct tensors t = {malloc(HEADER_ROOM), 8, 0};
    if (!t.header)
        abort();
    while (n > 0) {
        const char *end = memchr(lines, '\n', n);
        size_t len = end ? (size_t)(end - lines) : n;
        put_line(&t, lines, len);
        lines += len + (end != NULL);
        n -= len + (end != NULL);
    }
    t.header[t.len++] = t.bytes ? '}' : '{';
    uint64_t header = t.len - 8;
    memcpy(t.header, &header, 8);
    write_file(1, t.header, t.len, t.bytes);
    free(t.header);
}

/* ---- what is opened ---- */

/* Any recipe gives a file of some size, and every value is there. */
static void use(const struct mzg_model *m)
{
    static const char *const recipes[] = {"F16", "Q4_K_M"};
    struct mzg_convert_job job = {.model = m};
    struct mzg_err e;
    uint64_t bytes;
    if (mzg_kvs_ok(&m->kvs, &e) != MZG_OK)
        abort();
    for (size_t i = 0; i < 2; i++) {
        if (mzg_recipe_find(recipes[i], &job.recipe, &e) != MZG_OK)
            abort();
        if (mzg_plan_size(&job, &bytes, &e) != MZG_OK && m->form == NULL)
            abort();
    }
    for (size_t i = 0; i < m->n_tensors; i++) {
        if (m->tensors[i].made)
            values_input(m->tensors[i].made);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct mzg_model_options opt;
    const uint8_t *nul = size > 0 ? memchr(data, 0, size) : NULL;
    size_t config = nul ? (size_t)(nul - data) : size;
    struct mzg_model m;
    struct mzg_err e = {0};
    if (!made)
        make_folder();
    write_file(0, data, config, 0);
    write_weights((const char *)data + config + (nul != NULL), size - config - (nul != NULL));
    enum mzg_code code = mzg_model_open(&m, folder, &opt, &e);
    if (code != MZG_OK && e.msg[0] == '\0')
        abort();
    if (code != MZG_OK)
        return 0;
    use(&m);
    mzg_model_close(&m);
    return 0;
}
