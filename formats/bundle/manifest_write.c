/* manifest_write.c: a manifest's bytes. Fixed order and layout, one chunk a line, so that equal
 * manifests are equal bytes and line tools can follow them; readers may rely on neither. */
#include "manifest.h"

#include <string.h>

static void put_quoted(struct mzg_buf *b, const char *text)
{
    mzg_buf_text(b, "\"");
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            mzg_buf_u8(b, '\\');
        if (c < ' ')
            mzg_buf_printf(b, "\\u%04x", c);
        else
            mzg_buf_u8(b, c);
    }
    mzg_buf_text(b, "\"");
}

static void put_member(struct mzg_buf *b, const char *key, const char *text)
{
    mzg_buf_printf(b, "  \"%s\": ", key);
    put_quoted(b, text);
    mzg_buf_text(b, ",\n");
}

static void put_notes(struct mzg_buf *b, const char *key, const struct mzg_note *notes, size_t n)
{
    if (n == 0)
        return;
    mzg_buf_printf(b, "  \"%s\": {\n", key);
    for (size_t i = 0; i < n; i++) {
        mzg_buf_text(b, "    ");
        put_quoted(b, notes[i].key);
        mzg_buf_text(b, ": ");
        if (notes[i].text)
            put_quoted(b, notes[i].text);
        else
            mzg_buf_printf(b, "%lld", (long long)notes[i].number);
        mzg_buf_text(b, i + 1 < n ? ",\n" : "\n");
    }
    mzg_buf_text(b, "  },\n");
}

static void put_chunk(struct mzg_buf *b, const struct mzg_chunk *c)
{
    char content[MZG_SHA256_HEX], object[MZG_SHA256_HEX];
    mzg_sha256_hex(c->sha256, content);
    mzg_sha256_hex(c->object, object);
    mzg_buf_printf(b,
                   "        {\"length\": %u, \"sha256\": \"%s\", \"codec\": \"%s\", "
                   "\"object\": \"%s\", \"stored\": %u}",
                   c->length, content, mzg_codec_name(c->codec), object, c->stored);
}

static void put_file(struct mzg_buf *b, const struct mzg_member *f)
{
    char hex[MZG_SHA256_HEX];
    mzg_sha256_hex(f->sha256, hex);
    mzg_buf_text(b, "    {\n      \"path\": ");
    put_quoted(b, f->path);
    mzg_buf_printf(b, ",\n      \"size\": %llu,\n      \"sha256\": \"%s\",\n      \"chunks\": [\n",
                   (unsigned long long)f->size, hex);
    for (size_t i = 0; i < f->n_chunks; i++) {
        put_chunk(b, &f->chunks[i]);
        mzg_buf_text(b, i + 1 < f->n_chunks ? ",\n" : "\n");
    }
    mzg_buf_text(b, "      ]\n    }");
}

enum mzg_code mzg_manifest_write(const struct mzg_manifest *m, struct mzg_buf *out,
                                 struct mzg_err *e)
{
    struct mzg_manifest again;
    size_t start = out->len;
    mzg_buf_text(out, "{\n");
    put_member(out, "format", MZG_MANIFEST_FORMAT);
    put_member(out, "name", m->name);
    put_member(out, "version", m->version);
    mzg_buf_printf(out, "  \"sequence\": %lld,\n", (long long)m->sequence);
    put_member(out, "created", m->created);
    if (m->expires)
        put_member(out, "expires", m->expires);
    if (m->licence)
        put_member(out, "licence", m->licence);
    if (m->program)
        put_member(out, "program", m->program);
    put_notes(out, "provenance", m->provenance, m->n_provenance);
    put_notes(out, "accuracy", m->accuracy, m->n_accuracy);
    mzg_buf_text(out, "  \"files\": [\n");
    for (size_t i = 0; i < m->n_files; i++) {
        put_file(out, &m->files[i]);
        mzg_buf_text(out, i + 1 < m->n_files ? ",\n" : "\n");
    }
    mzg_buf_text(out, "  ]\n}\n");
    enum mzg_code code = mzg_buf_ok(out, "manifest", e);
    if (!code)
        code = mzg_manifest_parse(&again, (const char *)out->data + start, out->len - start, e);
    if (!code)
        mzg_manifest_clear(&again);
    return code;
}
