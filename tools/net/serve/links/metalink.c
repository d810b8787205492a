#include "metalink.h"
#include "../page/html.h"

static void write_pieces(struct mzg_buf *out, const struct mzg_pieces *p)
{
    char hex[MZG_SHA256_HEX];
    mzg_buf_printf(out, "    <pieces length=\"%llu\" type=\"sha-256\">\n", (unsigned long long)p->length);
    for (size_t i = 0; i < p->n; i++) {
        mzg_sha256_hex(p->sha256[i], hex);
        mzg_buf_printf(out, "      <hash>%s</hash>\n", hex);
    }
    mzg_buf_text(out, "    </pieces>\n");
}

/* XML's escapes for the characters that names may have are those of HTML. */
void mzg_metalink_begin(struct mzg_buf *out)
{
    mzg_html(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<metalink xmlns=\"urn:ietf:params:xml:ns:metalink\">\n  <generator>mzigo/%s</generator>\n",
             MZG_VERSION);
}

void mzg_metalink_file(struct mzg_buf *out, const struct mzg_member *m, const struct mzg_pieces *p, const char *url)
{
    char hex[MZG_SHA256_HEX];
    mzg_sha256_hex(m->sha256, hex);
    mzg_html(out, "  <file name=\"%s\">\n", m->path);
    mzg_buf_printf(out, "    <size>%llu</size>\n    <hash type=\"sha-256\">%s</hash>\n",
                   (unsigned long long)m->size, hex);
    if (p && p->n > 0 && out->len < MZG_METALINK_PIECES)
        write_pieces(out, p);
    mzg_html(out, "    <url>%s</url>\n  </file>\n", url);
}

void mzg_metalink_end(struct mzg_buf *out)
{
    mzg_buf_text(out, "</metalink>\n");
}
