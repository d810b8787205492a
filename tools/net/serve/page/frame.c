#include "frame.h"
#include "html.h"
#include "qr.h"
#include <stdio.h>

#define URL (sizeof "http:///en/" + MZG_HOST_MAX + 3 * (2 * MZG_NAME_MAX + 2))

/* A box with a band, as a picture of 200 bytes that needs no request of its own. */
static const char icon[] =
    "<link rel=\"icon\" href=\"data:image/svg+xml,%%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'"
    "%%3E%%3Cpath fill='%%230b5d55' d='M1 4l7-3 7 3v8l-7 3-7-3z'/%%3E%%3Cpath stroke='%%23fff' fill='none' "
    "d='M1 4l7 3 7-3M8 7v8'/%%3E%%3C/svg%%3E\"/>\n";

const char *mzg_say(const struct mzg_page *p, enum mzg_word w)
{
    return mzg_word(p->tongue, w);
}

static void write_head(struct mzg_page *p, const char *title, const char *path)
{
    mzg_html(&p->out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                      "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
                      "<title>%s</title>\n<link rel=\"stylesheet\" href=\"/style.css\"/>\n",
             mzg_tongue_code(p->tongue), title);
    mzg_html(&p->out, icon);
    for (int t = 0; path && t < MZG_TONGUES; t++) {
        const char *code = mzg_tongue_code((enum mzg_tongue)t);
        mzg_html(&p->out, "<link rel=\"alternate\" hreflang=\"%s\" href=\"/%s/%s\"/>\n", code, code, path);
    }
    mzg_html(&p->out, "</head>\n<body>\n");
}

void mzg_frame_begin(struct mzg_page *p, const char *title, const char *path)
{
    write_head(p, title, path);
    mzg_html(&p->out, "<a class=\"skip\" href=\"#main\">%s</a>\n<header class=\"top\">\n"
                      "<a class=\"home\" href=\"/%s/\">mzigo<span class=\"hidden\">: %s</span></a>\n"
                      "<nav aria-label=\"%s\">\n",
             mzg_say(p, MZG_SAY_SKIP), mzg_tongue_code(p->tongue), mzg_say(p, MZG_SAY_BACK),
             mzg_say(p, MZG_SAY_LANGUAGE_NAV));
    for (int i = 0; i < MZG_TONGUES; i++) {
        enum mzg_tongue t = (enum mzg_tongue)i;
        const char *code = mzg_tongue_code(t);
        mzg_html(&p->out, "<a lang=\"%s\" hreflang=\"%s\" href=\"/%s/%s\"", code, code, code, path ? path : "");
        if (t == p->tongue)
            mzg_html(&p->out, " aria-current=\"true\"");
        mzg_html(&p->out, ">%s</a>\n", mzg_tongue_name(t));
    }
    mzg_html(&p->out, "</nav>\n</header>\n<main id=\"main\">\n");
}

void mzg_frame_end(struct mzg_page *p)
{
    char text[MZG_SENTENCE];
    mzg_html(&p->out, "</main>\n<footer>\n<p>%s</p>\n</footer>\n</body>\n</html>\n",
             mzg_word_fill(text, sizeof text, p->tongue, MZG_SAY_FOOTER, MZG_VERSION, NULL));
}

void mzg_frame_qr(struct mzg_page *p, const char *path)
{
    char url[URL];
    size_t before = p->out.len;
    if (mzg_host_is_local(p->host))
        return;
    snprintf(url, sizeof url, "http://%s/%s/%s", p->host, mzg_tongue_code(p->tongue), path);
    mzg_html(&p->out, "<section class=\"phone\" aria-labelledby=\"qr\">\n<div>\n<h2 id=\"qr\">%s</h2>\n"
                      "<p>%s</p>\n<p class=\"address\">%s</p>\n</div>\n",
             mzg_say(p, MZG_SAY_QR), mzg_say(p, MZG_SAY_QR_MORE), url);
    if (mzg_qr_svg(&p->out, url, mzg_say(p, MZG_SAY_QR)))
        mzg_html(&p->out, "</section>\n");
    else
        p->out.len = before;
}
