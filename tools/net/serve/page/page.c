#include "page.h"
#include "list.h"
#include "own.h"
#include "style.h"
#include "tools/net/serve/etag.h"
#include "tools/net/serve/place.h"
#include <stdlib.h>
#include <string.h>

#define PAGE_MAX ((size_t)4 << 20)
#define HOST_UNKNOWN "SERVER:8420" /* of a client too old to name it: to be filled in by hand */

static const char policy[] = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
                             "form-action 'none'; frame-ancestors 'none'";

/* Sends what was written. Its tag is that of its bytes, so whatever it says may change (a bundle, the day, what
 * the check found) and a reload costs nothing otherwise. */
static enum MHD_Result send_page(struct mzg_exchange *x, struct mzg_page *p, unsigned status, bool chosen)
{
    char etag[MZG_ETAG];
    const struct mzg_field more[] = {{"Content-Language", mzg_tongue_code(p->tongue)},
                                     {"Content-Security-Policy", policy},
                                     {"Referrer-Policy", "no-referrer"},
                                     {chosen ? "Vary" : NULL, "Accept-Language"},
                                     {NULL, NULL}};
    mzg_buf_u8(&p->out, 0);
    if (p->out.bad) {
        mzg_buf_clear(&p->out);
        return mzg_answer_status(x, MHD_HTTP_INTERNAL_SERVER_ERROR, false);
    }
    struct mzg_answer a = {.status = status, .type = "text/html; charset=utf-8", .keep = MZG_KEEP_ASKING,
                           .etag = mzg_etag_of(etag, p->out.data, p->out.len), .more = more};
    return mzg_answer_given(x, &a, (char *)p->out.data);
}

/* path: behind the language; chosen: the browser's wish decided the language. */
static enum MHD_Result answer(struct mzg_exchange *x, struct mzg_page *p, const char *path, bool chosen)
{
    struct mzg_select s;
    unsigned status = MHD_HTTP_OK;
    p->shelf = mzg_exchange_shelf(x);
    if (!p->shelf)
        return mzg_answer_status(x, MHD_HTTP_INTERNAL_SERVER_ERROR, false);
    const struct mzg_shelf_bundle *b =
        *path && mzg_place_bundle(&s, path) ? mzg_shelf_find(p->shelf, s.name, s.version) : NULL;
    mzg_buf_init(&p->out, PAGE_MAX);
    if (*path == '\0') {
        mzg_list_write(p);
    } else if (b) {
        mzg_own_write(p, b);
    } else {
        mzg_list_write_missing(p);
        status = MHD_HTTP_NOT_FOUND;
    }
    return send_page(x, p, status, chosen);
}

/* "/sw/NAME": the language, and *path moves behind it. False for "/". */
static bool take_tongue(const char **path, enum mzg_tongue *t)
{
    for (int i = 0; i < MZG_TONGUES; i++) {
        const char *code = mzg_tongue_code((enum mzg_tongue)i);
        size_t n = strlen(code);
        if (strncmp(*path + 1, code, n) != 0 || ((*path)[1 + n] != '/' && (*path)[1 + n] != '\0'))
            continue;
        *t = (enum mzg_tongue)i;
        *path += 1 + n;
        *path += **path == '/';
        return true;
    }
    return false;
}

enum MHD_Result mzg_page_answer(struct mzg_exchange *x, const char *path)
{
    const char *host = mzg_exchange_field(x, "Host");
    struct mzg_page p = {.host = host ? host : HOST_UNKNOWN, .health = x->server->health};
    struct mzg_err e;
    if (!mzg_host_valid(p.host))
        return mzg_answer_status(x, MHD_HTTP_BAD_REQUEST, true);
    if (mzg_date_now(p.now, &e))
        return mzg_answer_status(x, MHD_HTTP_INTERNAL_SERVER_ERROR, false);
    if (take_tongue(&path, &p.tongue))
        return answer(x, &p, path, false);
    p.tongue = mzg_tongue_choose(mzg_exchange_field(x, "Accept-Language"));
    return answer(x, &p, "", true);
}

enum MHD_Result mzg_page_answer_style(struct mzg_exchange *x, const char *path)
{
    char etag[MZG_ETAG];
    struct mzg_answer a = {.status = 200, .type = "text/css; charset=utf-8", .keep = MZG_KEEP_ASKING,
                           .etag = mzg_etag_of(etag, mzg_style, strlen(mzg_style))};
    (void)path;
    return mzg_answer_text(x, &a, mzg_style);
}
