#include "http.h"

#include "answer.h"
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define REDIRECTS 5L
#define LOCAL_CONNECT 3L /* seconds */
#define WINDOW_LEAST (8 << 10)
#define WINDOW_MOST (1 << 20)

struct mzg_http {
    CURLM *multi;
    unsigned patience;
};

struct mzg_transfer {
    struct mzg_http *http;
    CURL *easy;
    struct mzg_head head;
    struct mzg_http_get get;
    struct mzg_http_answer answer;
    bool judged; /* the head of the last answer was looked at */
    bool over;
    char text[CURL_ERROR_SIZE];
};

/* ---- as it comes in ---- */

/* curl knows a redirect's head from the last one only when it is through with it: each begins anew. */
static size_t take_head(char *line, size_t size, size_t n, void *ctx)
{
    struct mzg_transfer *t = ctx;
    (void)size;
    mzg_head_line(&t->head, line, n);
    return n;
}

static size_t take_body(char *data, size_t size, size_t n, void *ctx)
{
    struct mzg_transfer *t = ctx;
    struct mzg_http_answer *a = &t->answer;
    (void)size;
    if (!t->judged) {
        t->judged = true;
        a->end = mzg_head_judge(&t->head, &t->get, a->why, sizeof a->why);
    }
    if (a->end != MZG_HTTP_RUNNING)
        return 0;
    uint64_t most = t->get.size ? t->get.size - t->get.from : t->get.most;
    a->body += n;
    if (a->body > most) {
        a->end = MZG_HTTP_WRONG;
        snprintf(a->why, sizeof a->why, "sends more than the %llu bytes that were asked for",
                 (unsigned long long)most);
        return 0;
    }
    if (t->get.take(t->get.ctx, data, n))
        return n;
    a->end = MZG_HTTP_STOPPED;
    return 0;
}

/* ---- the end ---- */

static enum mzg_http_end meaning(CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
        return MZG_HTTP_UNREACHABLE;
    case CURLE_TOO_MANY_REDIRECTS:
    case CURLE_UNSUPPORTED_PROTOCOL: /* no HTTP at all, too */
    case CURLE_URL_MALFORMAT:
    case CURLE_WEIRD_SERVER_REPLY:
        return MZG_HTTP_WRONG;
    default:
        return MZG_HTTP_CUT;
    }
}

static void count(struct mzg_transfer *t)
{
    curl_off_t down = 0, total = 0, start = 0;
    long head = 0, request = 0;
    curl_easy_getinfo(t->easy, CURLINFO_SIZE_DOWNLOAD_T, &down);
    curl_easy_getinfo(t->easy, CURLINFO_HEADER_SIZE, &head);
    curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &request);
    curl_easy_getinfo(t->easy, CURLINFO_TOTAL_TIME_T, &total);
    curl_easy_getinfo(t->easy, CURLINFO_STARTTRANSFER_TIME_T, &start);
    t->answer.wire = (uint64_t)(down + head + request);
    t->answer.seconds = total > start ? (double)(total - start) * 1e-6 : 0;
    t->answer.retry_after = t->head.retry_after;
}

/* What the end of the connection means. */
static void conclude(struct mzg_transfer *t, CURLcode code)
{
    struct mzg_http_answer *a = &t->answer;
    count(t);
    t->over = true;
    if (a->end != MZG_HTTP_RUNNING)
        return;
    if (code == CURLE_OK && !t->judged)
        a->end = mzg_head_judge(&t->head, &t->get, a->why, sizeof a->why);
    if (a->end != MZG_HTTP_RUNNING)
        return;
    if (code == CURLE_OK && (t->get.size == 0 || t->get.from + a->body == t->get.size)) {
        a->end = MZG_HTTP_DONE;
        return;
    }
    a->end = meaning(code);
    a->stalled = code == CURLE_OPERATION_TIMEDOUT && a->end == MZG_HTTP_CUT;
    snprintf(a->why, sizeof a->why, "%s",
             code == CURLE_OK ? "the answer ends early" : *t->text ? t->text : curl_easy_strerror(code));
}

/* ---- requests ---- */

/* The receiver holds back by not reading; what the system reads ahead of it should be little. */
static int small_window(void *ctx, curl_socket_t s, curlsocktype purpose)
{
    const struct mzg_transfer *t = ctx;
    uint64_t half = t->get.rate / 2;
    int bytes = half < WINDOW_LEAST ? WINDOW_LEAST : half > WINDOW_MOST ? WINDOW_MOST : (int)half;
    (void)purpose;
    (void)setsockopt(s, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    return CURL_SOCKOPT_OK;
}

/* The file of authorities that are believed instead of the system's, where it stands in one of the variables that
 * curl's own program reads; NULL: the system's. */
static const char *find_authorities(void)
{
    static const char *const names[] = {"CURL_CA_BUNDLE", "SSL_CERT_FILE"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path = getenv(names[i]);
        if (path && *path)
            return path;
    }
    return NULL;
}

static CURLcode set_up(struct mzg_transfer *t)
{
    CURL *c = t->easy;
    const char *authorities = find_authorities();
    char range[32];
    CURLcode bad = CURLE_OK;
#define SET(option, value) bad = bad ? bad : curl_easy_setopt(c, option, value)
    SET(CURLOPT_URL, t->get.url);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_FOLLOWLOCATION, t->get.local ? 0L : 1L);
    SET(CURLOPT_MAXREDIRS, REDIRECTS);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    SET(CURLOPT_PIPEWAIT, 1L);
    SET(CURLOPT_USERAGENT, "mzigo/" MZG_VERSION);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_CONNECTTIMEOUT, t->get.local ? LOCAL_CONNECT : (long)t->http->patience);
    SET(CURLOPT_LOW_SPEED_LIMIT, t->get.least ? (long)t->get.least : 1L);
    SET(CURLOPT_LOW_SPEED_TIME, (long)t->http->patience);
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    SET(CURLOPT_ERRORBUFFER, t->text);
    SET(CURLOPT_HEADERFUNCTION, take_head);
    SET(CURLOPT_HEADERDATA, t);
    SET(CURLOPT_WRITEFUNCTION, take_body);
    SET(CURLOPT_WRITEDATA, t);
    SET(CURLOPT_PRIVATE, t);
    if (authorities)
        SET(CURLOPT_CAINFO, authorities);
    if (t->get.local)
        SET(CURLOPT_NOPROXY, "*");
    if (t->get.rate) {
        SET(CURLOPT_SOCKOPTFUNCTION, small_window);
        SET(CURLOPT_SOCKOPTDATA, t);
    }
    if (t->get.from) {
        snprintf(range, sizeof range, "%llu-", (unsigned long long)t->get.from);
        SET(CURLOPT_RANGE, range);
    }
#undef SET
    return bad;
}

enum mzg_code mzg_http_start(struct mzg_http *h, const struct mzg_http_get *get, struct mzg_transfer **t,
                             struct mzg_err *e)
{
    *t = calloc(1, sizeof **t);
    if (!*t)
        return mzg_fail_memory(e, "request");
    (*t)->http = h;
    (*t)->get = *get;
    (*t)->easy = curl_easy_init();
    CURLcode bad = (*t)->easy ? set_up(*t) : CURLE_OUT_OF_MEMORY;
    if (!bad && curl_multi_add_handle(h->multi, (*t)->easy) == CURLM_OK)
        return MZG_OK;
    mzg_transfer_free(*t);
    *t = NULL;
    return mzg_fail(e, bad == CURLE_URL_MALFORMAT ? MZG_USAGE : MZG_NETWORK, MZG_NO_OFFSET,
                    "cannot ask for it: %s", curl_easy_strerror(bad));
}

const struct mzg_http_answer *mzg_transfer_answer(struct mzg_transfer *t)
{
    return t->over ? &t->answer : NULL;
}

void mzg_transfer_free(struct mzg_transfer *t)
{
    if (!t)
        return;
    if (t->easy)
        (void)curl_multi_remove_handle(t->http->multi, t->easy);
    curl_easy_cleanup(t->easy);
    free(t);
}

/* ---- all ---- */

enum mzg_code mzg_http_new(struct mzg_http **h, unsigned patience, struct mzg_err *e)
{
    static bool begun;
    if (!begun && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return mzg_fail_memory(e, "network");
    begun = true;
    *h = calloc(1, sizeof **h);
    if (*h)
        (*h)->multi = curl_multi_init();
    if (!*h || !(*h)->multi) {
        mzg_http_free(*h);
        *h = NULL;
        return mzg_fail_memory(e, "network");
    }
    (*h)->patience = patience;
    (void)curl_multi_setopt((*h)->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    return MZG_OK;
}

void mzg_http_free(struct mzg_http *h)
{
    if (!h)
        return;
    curl_multi_cleanup(h->multi);
    free(h);
}

enum mzg_code mzg_http_move(struct mzg_http *h, int wait_ms, struct mzg_err *e)
{
    int running = 0, left = 0;
    CURLMcode bad = curl_multi_perform(h->multi, &running);
    if (!bad && running)
        bad = curl_multi_poll(h->multi, NULL, 0, wait_ms, NULL);
    if (!bad)
        bad = curl_multi_perform(h->multi, &running);
    for (CURLMsg *m; (m = curl_multi_info_read(h->multi, &left)) != NULL;) {
        struct mzg_transfer *t = NULL;
        if (m->msg == CURLMSG_DONE && !curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&t) && t)
            conclude(t, m->data.result);
    }
    return bad ? mzg_fail(e, MZG_NETWORK, MZG_NO_OFFSET, "%s", curl_multi_strerror(bad)) : MZG_OK;
}
