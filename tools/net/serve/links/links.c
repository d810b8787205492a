#include "links.h"
#include "../host.h"
#include "../member.h"
#include "../page/html.h"
#include "metalink.h"
#include "piecework.h"
#include "torrent.h"
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define META4 ".meta4"
#define TORRENT ".torrent"
#define PATH (2 * (MZG_NAME_MAX + 1) + MZG_MEMBER_PATH_MAX + 1)
#define URL (sizeof "http:///plain/" + MZG_HOST_MAX + 3 * PATH)
#define READING_RATE 32000000u /* bytes a second, to say when to come again: about that of a small machine */
#define WAIT_MOST 600u

/* ---- what is sent ---- */

/* With its bytes in a file of memory's, a document may have any bytes, is asked for in parts, and is held back to
 * the rate, as all files are. Takes the buffer over. */
static enum MHD_Result send_document(struct mzg_exchange *x, const char *type, struct mzg_buf *out)
{
    char hex[MZG_SHA256_HEX], etag[MZG_SHA256_HEX + 2];
    uint8_t digest[MZG_SHA256_BYTES];
    struct mzg_answer a = {.type = type, .keep = MZG_KEEP_ASKING, .etag = etag};
    struct mzg_file f = {.fd = out->bad ? -1 : memfd_create("link", MFD_CLOEXEC), .size = out->len};
    bool written = f.fd >= 0 && write(f.fd, out->data, out->len) == (ssize_t)out->len;
    if (written) {
        mzg_sha256_of(out->data, out->len, digest);
        mzg_sha256_hex(digest, hex);
        snprintf(etag, sizeof etag, "\"%.32s\"", hex);
    }
    mzg_buf_clear(out);
    if (written)
        return mzg_answer_file(x, &a, &f);
    if (f.fd >= 0)
        close(f.fd);
    return mzg_answer_status(x, MHD_HTTP_SERVICE_UNAVAILABLE, false);
}

static enum MHD_Result answer_later(struct mzg_exchange *x, const struct mzg_member *m)
{
    char seconds[16];
    uint64_t wait = 1 + m->size / READING_RATE;
    const struct mzg_field more[] = {{"Retry-After", seconds}, {NULL, NULL}};
    struct mzg_answer a = {.status = MHD_HTTP_SERVICE_UNAVAILABLE, .type = "text/plain; charset=utf-8",
                           .keep = MZG_KEEP_NEVER, .more = more};
    snprintf(seconds, sizeof seconds, "%u", wait < WAIT_MOST ? (unsigned)wait : WAIT_MOST);
    return mzg_answer_text(x, &a, "503 The file is being read for its pieces; please ask again\n");
}

/* ---- the documents ---- */

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void write_url(char url[URL], const char *host, const struct mzg_manifest *of, const struct mzg_member *m)
{
    char path[PATH], encoded[3 * PATH];
    snprintf(path, sizeof path, "%s/%s/%s", of->name, of->version, m->path);
    snprintf(url, URL, "http://%s/plain/%s", host, mzg_html_path(encoded, sizeof encoded, path));
}

/* Of n files of b, with the pieces that are known. */
static enum MHD_Result answer_metalink(struct mzg_exchange *x, const struct mzg_shelf_bundle *b,
                                       const struct mzg_member *files, size_t n, const char *host)
{
    char url[URL];
    struct mzg_pieces *p;
    struct mzg_buf out;
    mzg_buf_init(&out, MZG_METALINK_MAX);
    mzg_metalink_begin(&out);
    for (size_t i = 0; i < n; i++) {
        (void)mzg_piecework_ask(x->server->piecework, b, &files[i], &p);
        write_url(url, host, &b->manifest, &files[i]);
        mzg_metalink_file(&out, &files[i], p, url);
        mzg_pieces_drop(p);
    }
    mzg_metalink_end(&out);
    return send_document(x, "application/metalink4+xml", &out);
}

/* A torrent of nothing is none: its clients refuse it. */
static enum MHD_Result answer_torrent(struct mzg_exchange *x, const struct mzg_shelf_bundle *b,
                                      const struct mzg_member *m, const char *host)
{
    char url[URL];
    struct mzg_pieces *p;
    struct mzg_buf out;
    if (m->size == 0)
        return mzg_answer_status(x, MHD_HTTP_NOT_FOUND, false);
    enum mzg_piecework_state state = mzg_piecework_ask(x->server->piecework, b, m, &p);
    if (!p)
        return state == MZG_PIECEWORK_COMING ? answer_later(x, m) : mzg_answer_status(x, MHD_HTTP_NOT_FOUND, false);
    mzg_buf_init(&out, MZG_TORRENT_MAX);
    write_url(url, host, &b->manifest, m);
    mzg_torrent_write(&out, last_part(m->path), p, url);
    mzg_pieces_drop(p);
    return send_document(x, "application/x-bittorrent", &out);
}

/* ---- which ---- */

/* The file that FILE and the ending are the link to; NULL: none. */
static const struct mzg_member *linked(const struct mzg_shelf_bundle *b, const char *file, const char *ending)
{
    char path[MZG_MEMBER_PATH_MAX + 1];
    size_t n = strlen(file), m = strlen(ending);
    if (n <= m || strcmp(file + n - m, ending) != 0)
        return NULL;
    snprintf(path, sizeof path, "%.*s", (int)(n - m), file);
    return mzg_member_find(b, path);
}

enum MHD_Result mzg_links_answer(struct mzg_exchange *x, const struct mzg_shelf_bundle *b, const char *file)
{
    const char *host = mzg_exchange_field(x, "Host");
    const struct mzg_member *meta4 = linked(b, file, META4);
    const struct mzg_member *torrent = meta4 ? NULL : linked(b, file, TORRENT);
    bool all = b && mzg_member_offered(b) && strcmp(file, META4) == 0;
    if (!meta4 && !torrent && !all)
        return mzg_answer_status(x, MHD_HTTP_NOT_FOUND, false);
    if (!host || !mzg_host_valid(host))
        return mzg_answer_status(x, MHD_HTTP_BAD_REQUEST, true);
    if (all)
        return answer_metalink(x, b, b->manifest.files, b->manifest.n_files, host);
    return meta4 ? answer_metalink(x, b, meta4, 1, host) : answer_torrent(x, b, torrent, host);
}

/* ---- fields ---- */

void mzg_links_fields_fill(struct mzg_links_fields *f, const struct mzg_member *m)
{
    char name[MZG_LINKS_TEXT - 96], base64[4 * ((MZG_SHA256_BYTES + 2) / 3) + 1];
    EVP_EncodeBlock((unsigned char *)base64, m->sha256, MZG_SHA256_BYTES);
    snprintf(f->link, sizeof f->link, "<%s" META4 ">; rel=describedby; type=\"application/metalink4+xml\"",
             mzg_html_path(name, sizeof name, last_part(m->path)));
    snprintf(f->repr_digest, sizeof f->repr_digest, "sha-256=:%s:", base64);
    snprintf(f->digest, sizeof f->digest, "SHA-256=%s", base64);
    f->all[0] = (struct mzg_field){"Link", f->link};
    f->all[1] = (struct mzg_field){"Repr-Digest", f->repr_digest};
    f->all[2] = (struct mzg_field){"Digest", f->digest};
    f->all[3] = (struct mzg_field){NULL, NULL};
}
