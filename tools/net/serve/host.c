#include "host.h"
#include <string.h>
#include <strings.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
static const char digits[] = "0123456789";

/* Behind the name or address; NULL when it is none. */
static const char *behind_name(const char *host)
{
    if (*host == '[') {
        size_t n = strspn(host + 1, "0123456789abcdefABCDEF:.");
        return n > 1 && host[1 + n] == ']' ? host + 1 + n + 1 : NULL;
    }
    const char *p = host;
    while (*p && (strchr(letters, *p) || strchr(digits, *p) || *p == '.' || *p == '-' || *p == '_'))
        p++;
    return p > host && *host != '-' && *host != '.' ? p : NULL;
}

bool mzg_host_valid(const char *host)
{
    if (strlen(host) > MZG_HOST_MAX)
        return false;
    const char *p = behind_name(host);
    if (!p || *p == '\0')
        return p != NULL;
    size_t n = strspn(p + 1, digits);
    return *p == ':' && n >= 1 && n <= 5 && p[1 + n] == '\0';
}

bool mzg_host_is_local(const char *host)
{
    size_t n = strcspn(host, ":");
    return (n == 9 && strncasecmp(host, "localhost", n) == 0) || strncmp(host, "127.", 4) == 0 ||
           strncmp(host, "[::1]", 5) == 0;
}
