#include "mirrors.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#define STRIKES 3      /* wrong answers until a mirror is dropped */
#define STALL 2        /* what a stall counts for */
#define PAUSE 0.5      /* seconds after the first failure; twice as many after each further one */
#define LONGEST 60.0
#define REST 5.0       /* seconds that one of the local network is waited for at a time */

/* ---- the list ---- */

/* "http://HOST/PATH", without query, fragment or password; "" when it is not that. */
static char *clean(const char *url)
{
    char *scheme = NULL, *out = NULL, *odd = NULL;
    CURLU *u = curl_url();
    if (u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
        (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0) &&
        curl_url_get(u, CURLUPART_QUERY, &odd, 0) == CURLUE_NO_QUERY &&
        curl_url_get(u, CURLUPART_PASSWORD, &odd, 0) == CURLUE_NO_PASSWORD &&
        curl_url_get(u, CURLUPART_FRAGMENT, &odd, 0) == CURLUE_NO_FRAGMENT)
        (void)curl_url_get(u, CURLUPART_URL, &out, 0);
    char *kept = strdup(out ? out : "");
    curl_free(scheme);
    curl_free(out);
    curl_free(odd);
    curl_url_cleanup(u);
    for (size_t n = kept ? strlen(kept) : 0; n > 0 && kept[n - 1] == '/'; n--)
        kept[n - 1] = '\0';
    return kept;
}

static enum mzg_code append(struct mzg_mirrors *s, const char *url, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    if (s->n == MZG_MIRRORS)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "more than %d mirrors", MZG_MIRRORS);
    char *base = clean(url);
    if (!base)
        return mzg_fail_memory(e, "mirror");
    if (!*base) {
        free(base);
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "'%s' is not the address of a repository "
                        "(http://HOST/PATH or https://HOST/PATH)", mzg_quote(q, url));
    }
    s->m[s->n++] = (struct mzg_mirror){.base = base};
    return MZG_OK;
}

enum mzg_code mzg_mirrors_add(struct mzg_mirrors *s, const char *url, struct mzg_err *e)
{
    enum mzg_code code = append(s, url, e);
    if (!code)
        s->n_named = s->n;
    return code;
}

enum mzg_code mzg_mirrors_add_local(struct mzg_mirrors *s, const char *url, struct mzg_err *e)
{
    char *base = clean(url);
    size_t k = 0;
    if (!base)
        return mzg_fail_memory(e, "mirror");
    while (k < s->n && strcmp(s->m[k].base, base) != 0)
        k++;
    free(base);
    if (k == MZG_MIRRORS)
        return MZG_OK;
    enum mzg_code code = k == s->n ? append(s, url, e) : MZG_OK;
    if (!code)
        s->m[k].local = true;
    return code;
}

size_t mzg_mirrors_sources(const struct mzg_mirrors *s)
{
    return s->n_named ? s->n_named : s->n;
}

bool mzg_mirrors_are_local(const struct mzg_mirrors *s)
{
    for (size_t k = 0; k < s->n; k++) {
        if (!s->m[k].dropped && !s->m[k].local)
            return false;
    }
    return s->n > 0;
}

enum mzg_code mzg_mirrors_objects(struct mzg_mirrors *s, size_t n, struct mzg_err *e)
{
    s->n_objects = n;
    for (size_t k = 0; k < s->n; k++) {
        free(s->m[k].lacks);
        s->m[k].lacks = calloc(n / 8 + 1, 1);
        if (!s->m[k].lacks)
            return mzg_fail_memory(e, "mirror");
    }
    return MZG_OK;
}

void mzg_mirrors_clear(struct mzg_mirrors *s)
{
    for (size_t k = 0; k < s->n; k++) {
        free(s->m[k].base);
        free(s->m[k].lacks);
    }
    memset(s, 0, sizeof *s);
}

/* ---- choosing ---- */

static bool lacks(const struct mzg_mirror *m, size_t i)
{
    return i != SIZE_MAX && m->lacks && (m->lacks[i / 8] >> i % 8 & 1);
}

/* Whether one of the local network may have object i, now or in a moment. */
static bool is_near(const struct mzg_mirrors *s, size_t i, double now)
{
    for (size_t k = 0; k < s->n; k++) {
        const struct mzg_mirror *m = &s->m[k];
        double wait = m->failures < MZG_MIRROR_TIRED ? REST : 0;
        if (m->local && !m->dropped && !lacks(m, i) && m->not_before <= now + wait)
            return true;
    }
    return false;
}

struct mzg_mirror *mzg_mirrors_choose(struct mzg_mirrors *s, size_t i, double now, unsigned most)
{
    struct mzg_mirror *best = NULL;
    bool near = is_near(s, i, now);
    for (size_t k = 0; k < s->n; k++) {
        struct mzg_mirror *m = &s->m[k];
        if (m->dropped || m->not_before > now || m->busy >= most || lacks(m, i) || (near && !m->local))
            continue;
        /* One that nothing is known of is worth a try; requests under way share its line. */
        if (!best || (m->busy == 0 && best->busy > 0) ||
            (m->busy == best->busy && best->rate > 0 && m->rate > best->rate))
            best = m;
    }
    return best;
}

bool mzg_mirrors_lack(const struct mzg_mirrors *s, size_t i)
{
    for (size_t k = 0; k < s->n; k++) {
        if (!s->m[k].dropped && !lacks(&s->m[k], i))
            return false;
    }
    return true;
}

void mzg_mirrors_forgive(struct mzg_mirrors *s, size_t i)
{
    for (size_t k = 0; k < s->n; k++) {
        if (s->m[k].lacks)
            s->m[k].lacks[i / 8] &= (uint8_t)~(1u << i % 8);
    }
}

double mzg_mirrors_next(const struct mzg_mirrors *s, double now)
{
    double next = now + LONGEST;
    bool near = is_near(s, SIZE_MAX, now);
    for (size_t k = 0; k < s->n; k++) {
        if (!s->m[k].dropped && (s->m[k].local || !near) && s->m[k].not_before < next)
            next = s->m[k].not_before;
    }
    return next;
}

double mzg_mirrors_best_other(const struct mzg_mirrors *s, const struct mzg_mirror *m)
{
    double best = 0;
    for (size_t k = 0; k < s->n; k++) {
        if (&s->m[k] != m && !s->m[k].dropped && s->m[k].failures == 0 && s->m[k].rate > best)
            best = s->m[k].rate;
    }
    return best;
}

/* ---- learning ---- */

/* Between half and all of it, so that a class that lost its server does not come back as one. */
static double jittered(struct mzg_mirrors *s, double seconds)
{
    s->seed = s->seed * 6364136223846793005u + 1442695040888963407u;
    return seconds * (0.5 + (double)(s->seed >> 40) / (double)(1 << 25));
}

static void leave_alone(struct mzg_mirrors *s, struct mzg_mirror *m, double least, double now)
{
    double pause = PAUSE;
    for (unsigned k = 0; k < m->failures && pause < LONGEST; k++)
        pause *= 2;
    m->failures++;
    pause = jittered(s, pause < LONGEST ? pause : LONGEST);
    m->not_before = now + (pause > least ? pause : least);
}

/* One that was named is not given up for some that only happen to be near. */
static bool others_left(const struct mzg_mirrors *s, const struct mzg_mirror *m)
{
    size_t n = m < s->m + s->n_named ? s->n_named : s->n;
    for (size_t k = 0; k < n; k++) {
        if (&s->m[k] != m && !s->m[k].dropped)
            return true;
    }
    return false;
}

static void strike(struct mzg_mirrors *s, struct mzg_mirror *m, unsigned count, double now, bool *dropped)
{
    m->strikes += count;
    *dropped = m->strikes >= STRIKES && others_left(s, m);
    m->dropped |= *dropped;
    leave_alone(s, m, 0, now);
}

void mzg_mirrors_lied(struct mzg_mirrors *s, struct mzg_mirror *m, double now, bool *dropped)
{
    strike(s, m, STRIKES, now, dropped);
}

void mzg_mirrors_doubt(struct mzg_mirrors *s, struct mzg_mirror *m, double now, bool *dropped)
{
    *dropped = false;
    if (m >= s->m + s->n_named && !m->dropped)
        strike(s, m, 1, now, dropped);
}

void mzg_mirrors_note(struct mzg_mirrors *s, struct mzg_mirror *m, size_t i,
                      const struct mzg_http_answer *answer, double now, bool *dropped)
{
    *dropped = false;
    if (answer->body >= 4096 && answer->seconds > 0.01)
        m->rate = (double)answer->body / answer->seconds;
    switch (answer->end) {
    case MZG_HTTP_DONE:
        m->failures = 0;
        return;
    case MZG_HTTP_ABSENT:
        if (i != SIZE_MAX && m->lacks)
            m->lacks[i / 8] |= (uint8_t)(1u << i % 8);
        return;
    case MZG_HTTP_WRONG:
        strike(s, m, 1, now, dropped);
        return;
    case MZG_HTTP_WHOLE: /* asked again from the beginning at once */
    case MZG_HTTP_STOPPED:
    case MZG_HTTP_RUNNING:
        return;
    case MZG_HTTP_CUT:
        if (answer->stalled) {
            strike(s, m, STALL, now, dropped);
            return;
        }
        /* A link that breaks every few seconds still brings something each time. */
        if (answer->body > 0)
            m->failures = 0;
        /* fall through */
    case MZG_HTTP_UNREACHABLE:
    case MZG_HTTP_BUSY:
        leave_alone(s, m, answer->retry_after, now);
        return;
    }
}
