/* usage: bencode PATH < DOCUMENT
 * Writes what is at PATH ("info.pieces", "url-list.0"; "": all of it): a string's bytes, or a number, a list or a
 * dictionary as it is spelled. Fails unless the input is one bencoded value, spelled the one way that BEP 3
 * allows: keys in order, no needless zeros. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char data[1 << 20];
static size_t len, at;

struct span {
    const char *p;
    size_t n;
};

static void fail(const char *why)
{
    printf("not bencoded: %s at byte %zu\n", why, at);
    exit(1);
}

static bool is_next(char c)
{
    if (at >= len)
        fail("ends");
    return data[at] == c;
}

static unsigned long long take_number(char end)
{
    size_t from = at;
    char *stop;
    unsigned long long n = strtoull(data + at, &stop, 10);
    at = (size_t)(stop - data);
    if (at == from || (data[from] == '0' && at > from + 1) || data[from] < '0' || data[from] > '9' || !is_next(end))
        fail("no number");
    at++;
    return n;
}

static struct span take_string(void)
{
    unsigned long long n = take_number(':');
    struct span s = {data + at, (size_t)n};
    if (n > len - at)
        fail("a string longer than what is left");
    at += (size_t)n;
    return s;
}

static void check_order(struct span before, struct span key)
{
    size_t n = before.n < key.n ? before.n : key.n;
    int order = before.p ? memcmp(before.p, key.p, n) : -1;
    if (order > 0 || (order == 0 && before.n >= key.n))
        fail("a key out of order");
}

/* Passes a value; what the rest of the path finds in it is *found. */
static void take(const char *path, struct span *found)
{
    size_t from = at, n = path ? strcspn(path, ".") : 0, index = 0;
    const char *rest = path && path[n] == '.' ? path + n + 1 : "";
    bool dict = is_next('d');
    struct span string = {NULL, 0}, key = {NULL, 0};
    if (dict || is_next('l')) {
        for (at++; !is_next('e'); index++) {
            struct span before = key;
            char number[24];
            snprintf(number, sizeof number, "%zu", index);
            key = dict ? take_string() : (struct span){number, strlen(number)};
            if (dict)
                check_order(before, key);
            take(path && *path && key.n == n && memcmp(key.p, path, n) == 0 ? rest : NULL, found);
        }
        at++;
    } else if (is_next('i')) {
        at++;
        take_number('e');
    } else {
        string = take_string();
    }
    if (path && !*path)
        *found = string.p ? string : (struct span){data + from, at - from};
}

int main(int argc, char **argv)
{
    struct span found = {NULL, 0};
    len = fread(data, 1, sizeof data - 1, stdin);
    take(argc == 2 ? argv[1] : "", &found);
    if (at != len)
        fail("something behind it");
    if (!found.p)
        return printf("none\n"), 1;
    return fwrite(found.p, 1, found.n, stdout) != found.n;
}
