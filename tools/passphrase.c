#include "passphrase.h"
#include "base/file.h"
#include "stop.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define KEY_FILE_MAX ((size_t)64 << 10)

void mzg_passphrase_clear(struct mzg_passphrase *p)
{
    explicit_bzero(p, sizeof *p);
}

/* Waits for a byte. With the stop signals held back but while it waits, none is missed between asking
 * whether one came and waiting. False when one came. */
static bool wait_byte(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    sigset_t held, before;
    int n = 0;
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    sigaddset(&held, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &held, &before);
    while (n <= 0 && !mzg_stop_asked())
        n = ppoll(&ready, 1, NULL, &before);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return n > 0;
}

/* One line of fd without its end. Byte by byte: what follows the line is not ours. */
static enum mzg_code read_line(int fd, const char *name, struct mzg_passphrase *p,
                               struct mzg_err *e)
{
    size_t n = 0;
    for (;;) {
        ssize_t got;
        char c;
        if (!wait_byte(fd))
            return mzg_fail(e, MZG_STOPPED, MZG_NO_OFFSET, "stopped");
        got = read(fd, &c, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return mzg_fail_errno(e, "%s", name);
        if (got == 0 || c == '\n')
            break;
        if (n + 1 == sizeof p->text)
            return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "%s: passphrase longer than %d bytes",
                            name, MZG_PASSPHRASE - 1);
        p->text[n++] = c;
    }
    if (n && p->text[n - 1] == '\r')
        n--;
    p->text[n] = '\0';
    if (n == 0 || strlen(p->text) != n)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "%s: the passphrase is empty or not text",
                        name);
    p->given = true;
    return MZG_OK;
}

enum mzg_code mzg_passphrase_load(struct mzg_passphrase *p, const char *path, struct mzg_err *e)
{
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    char q[MZG_QUOTE];
    enum mzg_code code;
    if (fd < 0)
        return mzg_fail_errno(e, "%s", mzg_quote(q, path));
    code = read_line(fd, standard ? "standard input" : mzg_quote(q, path), p, e);
    if (!standard)
        close(fd);
    return code;
}

static enum mzg_code ask_once(int tty, const char *prompt, struct mzg_passphrase *p,
                              struct mzg_err *e)
{
    struct termios shown, hidden;
    enum mzg_code code;
    if (tcgetattr(tty, &shown))
        return mzg_fail_errno(e, "terminal");
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    if (tcsetattr(tty, TCSAFLUSH, &hidden))
        return mzg_fail_errno(e, "terminal");
    dprintf(tty, "%s: ", prompt); /* only now: what is typed at it is neither shown nor dropped */
    code = read_line(tty, "terminal", p, e);
    tcsetattr(tty, TCSAFLUSH, &shown);
    dprintf(tty, "\n");
    return code;
}

enum mzg_code mzg_passphrase_ask(struct mzg_passphrase *p, const char *prompt, bool twice,
                                 struct mzg_err *e)
{
    struct mzg_passphrase again = {.given = false};
    int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    enum mzg_code code;
    if (tty < 0)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET,
                        "no terminal to ask for the passphrase: give --passphrase-file");
    code = ask_once(tty, prompt, p, e);
    if (!code && twice)
        code = ask_once(tty, "the same again", &again, e);
    if (!code && twice && strcmp(p->text, again.text) != 0)
        code = mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "the two passphrases differ");
    mzg_passphrase_clear(&again);
    close(tty);
    return code;
}

enum mzg_code mzg_passphrase_for_key(struct mzg_passphrase *p, const char *key, const char *path,
                                     struct mzg_err *e)
{
    char *text = NULL, q[MZG_QUOTE], prompt[MZG_QUOTE + 32];
    size_t len;
    bool encrypted;
    enum mzg_code code;
    if (path)
        return mzg_passphrase_load(p, path, e);
    code = mzg_file_load(key, KEY_FILE_MAX, &text, &len, e);
    if (code)
        return code;
    encrypted = strstr(text, "ENCRYPTED") != NULL;
    explicit_bzero(text, len);
    free(text);
    snprintf(prompt, sizeof prompt, "passphrase of %s", mzg_quote(q, key));
    return encrypted ? mzg_passphrase_ask(p, prompt, false, e) : MZG_OK;
}
