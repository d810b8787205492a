/* usage: power_ops OPERATION...
 * Does these things to the disk, each of which power.so sees as one: what its self-test is made of.
 *   create NAME, empty NAME (by O_TRUNC), write NAME AT TEXT, fill NAME AT COUNT CHARACTER, append NAME
 *   TEXT, cut NAME SIZE, sync NAME, datasync NAME, syncdir NAME, range NAME, rename FROM TO,
 *   exchange FROM TO, link FROM TO, unlink NAME, mkdir NAME, rmdir NAME */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char words[4][256];

static int is(const char *name)
{
    return strcmp(words[0], name) == 0;
}

/* The operations of a name or two. */
static int named(void)
{
    const char *a = words[1], *b = words[2];
    if (is("rename"))
        return rename(a, b);
    if (is("exchange"))
        return renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
    if (is("link"))
        return link(a, b);
    if (is("unlink"))
        return unlink(a);
    if (is("mkdir"))
        return mkdir(a, 0777);
    return is("rmdir") ? rmdir(a) : 1;
}

static int fill(int fd)
{
    size_t n = (size_t)atol(words[3]);
    char *bytes = malloc(n + 1);
    if (!bytes)
        return 1;
    memset(bytes, 'x', n);
    ssize_t put = pwrite(fd, bytes, n, atol(words[2]));
    free(bytes);
    return put != (ssize_t)n;
}

/* Those of a file that is opened for them. */
static int opened(void)
{
    const char *text = words[3];
    int flags = is("create") ? O_CREAT | O_WRONLY
                : is("empty") ? O_TRUNC | O_WRONLY
                : is("append") ? O_APPEND | O_WRONLY
                : is("syncdir") ? O_RDONLY | O_DIRECTORY
                                : O_WRONLY;
    int fd = open(words[1], flags, 0666), failed = fd < 0;
    if (is("write"))
        failed |= pwrite(fd, text, strlen(text), atol(words[2])) != (ssize_t)strlen(text);
    if (is("fill"))
        failed |= fill(fd);
    if (is("append"))
        failed |= write(fd, words[2], strlen(words[2])) < 0;
    if (is("cut"))
        failed |= ftruncate(fd, atol(words[2]));
    if (is("sync") || is("syncdir"))
        failed |= fsync(fd);
    if (is("datasync"))
        failed |= fdatasync(fd);
    if (is("range"))
        failed |= sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    close(fd);
    return failed;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        memset(words, 0, sizeof words);
        sscanf(argv[i], "%255s %255s %255s %255s", words[0], words[1], words[2], words[3]);
        int failed = named();
        if (failed > 0)
            failed = opened();
        if (failed) {
            perror(argv[i]);
            return 1;
        }
    }
    return 0;
}
