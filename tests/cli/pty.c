/* usage: pty [PROMPT ANSWER]... -- COMMAND...
 * Runs a command on a terminal of its own: waits for each PROMPT to be shown, then types ANSWER (^C for
 * an interrupt) and Return. Prints what the terminal showed; ends with the command's status, or 128
 * and the signal. A command that never asks is killed after a minute. */
#include <errno.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char shown[65536];
static size_t n_shown;

/* Reads what is shown until it holds `prompt` behind `from`; 0 at the command's end. */
static int wait_for(int fd, const char *prompt, size_t from)
{
    while (!prompt || !strstr(shown + from, prompt)) {
        ssize_t n = read(fd, shown + n_shown, sizeof shown - 1 - n_shown);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) /* EIO: the other side is closed */
            return 0;
        n_shown += (size_t)n;
        shown[n_shown] = '\0';
    }
    return 1;
}

static void type(int fd, const char *answer)
{
    char line[1024];
    int n = strcmp(answer, "^C") == 0 ? snprintf(line, sizeof line, "\003")
                                      : snprintf(line, sizeof line, "%s\n", answer);
    if (write(fd, line, (size_t)n) != n)
        perror("pty");
}

int main(int argc, char **argv)
{
    int first = 1, fd, status;
    pid_t child;
    while (first + 2 < argc && strcmp(argv[first], "--") != 0)
        first += 2;
    if (first + 1 >= argc || strcmp(argv[first], "--") != 0)
        return 125;
    child = forkpty(&fd, NULL, NULL, NULL);
    if (child < 0)
        return 125;
    if (child == 0) {
        signal(SIGINT, SIG_DFL); /* a background job's would be ignored */
        alarm(60);
        execv(argv[first + 1], argv + first + 1);
        _exit(126);
    }
    for (int i = 1; i < first; i += 2) {
        size_t from = n_shown;
        if (!wait_for(fd, argv[i], from))
            break;
        type(fd, argv[i + 1]);
    }
    wait_for(fd, NULL, 0);
    fputs(shown, stdout);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
