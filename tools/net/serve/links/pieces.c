/* pieces.c: see pieces.h. The digests are OpenSSL's low-level ones, which cannot fail (base/sha256.c). */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "pieces.h"
#include <openssl/sha.h>
#include <stdlib.h>

uint64_t mzg_piece_length(uint64_t size)
{
    uint64_t length = MZG_PIECE_LEAST;
    while (size / length + (size % length != 0) > MZG_PIECES_MAX)
        length *= 2;
    return length;
}

struct mzg_pieces *mzg_pieces_hold(struct mzg_pieces *p)
{
    atomic_fetch_add(&p->holders, 1);
    return p;
}

void mzg_pieces_drop(struct mzg_pieces *p)
{
    if (!p || atomic_fetch_sub(&p->holders, 1) > 1)
        return;
    free(p->sha1);
    free(p->sha256);
    free(p);
}

static struct mzg_pieces *pieces_new(uint64_t size)
{
    struct mzg_pieces *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    atomic_init(&p->holders, 1);
    p->size = size;
    p->length = mzg_piece_length(size);
    size_t room = (size_t)(size / p->length) + 1;
    p->sha1 = calloc(room, sizeof *p->sha1);
    p->sha256 = calloc(room, sizeof *p->sha256);
    if (p->sha1 && p->sha256)
        return p;
    mzg_pieces_drop(p);
    return NULL;
}

/* ---- as the bytes come ---- */

struct mzg_piecing {
    struct mzg_pieces *pieces; /* n: those that are whole */
    uint64_t filled;           /* bytes of the next one */
    SHA_CTX sha1;              /* of it */
    SHA256_CTX sha256;
    SHA256_CTX all;
};

static void begin_piece(struct mzg_piecing *g)
{
    g->filled = 0;
    SHA1_Init(&g->sha1);
    SHA256_Init(&g->sha256);
}

static void end_piece(struct mzg_piecing *g)
{
    struct mzg_pieces *p = g->pieces;
    SHA1_Final(p->sha1[p->n], &g->sha1);
    SHA256_Final(p->sha256[p->n], &g->sha256);
    p->n++;
    begin_piece(g);
}

enum mzg_code mzg_piecing_new(struct mzg_piecing **out, uint64_t size, struct mzg_err *e)
{
    struct mzg_piecing *g = calloc(1, sizeof *g);
    *out = g;
    if (g)
        g->pieces = pieces_new(size);
    if (!g || !g->pieces) {
        free(g);
        *out = NULL;
        return mzg_fail_memory(e, "pieces");
    }
    begin_piece(g);
    SHA256_Init(&g->all);
    return MZG_OK;
}

void mzg_piecing_free(struct mzg_piecing *g)
{
    if (!g)
        return;
    mzg_pieces_drop(g->pieces);
    free(g);
}

void mzg_piecing_feed(struct mzg_piecing *g, const void *data, size_t n)
{
    const uint8_t *at = data;
    SHA256_Update(&g->all, at, n);
    while (n > 0) {
        uint64_t room = g->pieces->length - g->filled;
        size_t part = n < room ? n : (size_t)room;
        SHA1_Update(&g->sha1, at, part);
        SHA256_Update(&g->sha256, at, part);
        g->filled += part;
        at += part;
        n -= part;
        if (g->filled == g->pieces->length)
            end_piece(g);
    }
}

struct mzg_pieces *mzg_piecing_end(struct mzg_piecing *g, uint8_t sha256[MZG_SHA256_BYTES])
{
    if (g->filled > 0)
        end_piece(g);
    SHA256_Final(sha256, &g->all);
    return mzg_pieces_hold(g->pieces);
}
