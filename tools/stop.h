/* stop.h: being asked to stop by a signal.
 *
 * SIGINT, SIGTERM and SIGHUP set a flag that the progress callback looks at: the work ends with
 * MZG_STOPPED, removing what it had not finished, and main lets the signal take its usual course. A
 * second signal is not caught: whoever asks twice wants out at once. */
#ifndef MZG_TOOLS_STOP_H
#define MZG_TOOLS_STOP_H

#include <stdbool.h>

/* Also ignores SIGPIPE and SIGXFSZ, so that a reader who leaves and a file that may not grow are
 * ordinary write errors. */
void mzg_stop_watch(void);
bool mzg_stop_asked(void);
/* Ends the program by the signal that asked; returns when none did. */
void mzg_stop_obey(void);

#endif
