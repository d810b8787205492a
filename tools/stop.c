#include "stop.h"
#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t asked; /* the signal's number, 0: none */

static void note(int number)
{
    asked = number;
}

void mzg_stop_watch(void)
{
    static const int watched[] = {SIGINT, SIGTERM, SIGHUP};
    /* Restarted system calls: only the progress callback decides when work ends. */
    struct sigaction act = {.sa_handler = note, .sa_flags = SA_RESTART | (int)SA_RESETHAND};
    struct sigaction was;
    for (size_t i = 0; i < sizeof watched / sizeof *watched; i++) {
        /* A caller that has it ignored (nohup, a job in the background) keeps it so. */
        if (sigaction(watched[i], NULL, &was) == 0 && was.sa_handler != SIG_IGN)
            sigaction(watched[i], &act, NULL);
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

bool mzg_stop_asked(void)
{
    return asked != 0;
}

void mzg_stop_obey(void)
{
    if (!asked)
        return;
    signal(asked, SIG_DFL);
    raise(asked);
}
