#include "body.h"
#include "place.h"
#include "route.h"
#include <stdlib.h>
#include <string.h>

#define DIGITS 9 /* no length that is taken has more */

static unsigned refused_post(struct mzg_exchange *x)
{
    const char *told = mzg_exchange_field(x, MHD_HTTP_HEADER_CONTENT_LENGTH);
    size_t n = told ? strlen(told) : 0;
    if (n == 0 || mzg_exchange_field(x, MHD_HTTP_HEADER_TRANSFER_ENCODING) || told[strspn(told, "0123456789")] != '\0')
        return MHD_HTTP_LENGTH_REQUIRED;
    if (n > DIGITS || strtoul(told, NULL, 10) > MZG_BODY_MAX)
        return MHD_HTTP_CONTENT_TOO_LARGE;
    mzg_buf_init(&x->body, strtoul(told, NULL, 10) + 1); /* and a NUL, for those who read text */
    x->posted = true;
    return 0;
}

static bool has_body(const struct mzg_exchange *x)
{
    const char *length = mzg_exchange_field(x, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return (length && strcmp(length, "0") != 0) ||
           mzg_exchange_field(x, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL;
}

unsigned mzg_body_refused(struct mzg_exchange *x)
{
    if (strcmp(x->method, MHD_HTTP_METHOD_POST) == 0 && mzg_route_takes_body(mzg_place_origin(x->url)))
        return refused_post(x);
    if (!x->head && strcmp(x->method, MHD_HTTP_METHOD_GET) != 0)
        return MHD_HTTP_METHOD_NOT_ALLOWED;
    return has_body(x) ? MHD_HTTP_CONTENT_TOO_LARGE : 0;
}

bool mzg_body_take(struct mzg_exchange *x, const char *data, size_t n)
{
    if (!x->posted)
        return false;
    mzg_buf_put(&x->body, data, n);
    return !x->body.bad;
}
