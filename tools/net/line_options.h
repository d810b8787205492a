/* line_options.h: what is typed about the line, for every command that fetches. */
#ifndef MZG_NET_LINE_OPTIONS_H
#define MZG_NET_LINE_OPTIONS_H

#include "line.h"
#include "tools/command.h"

/* The end of a command's description. */
#define MZG_ABOUT_LINE                                                                                       \
    "\n\nProxies and certificate authorities are taken from the environment, as curl takes them: http_proxy, " \
    "https_proxy, no_proxy, CURL_CA_BUNDLE, SSL_CERT_FILE."

/* For the option tables. */
#define MZG_OPTIONS_LINE                                                                             \
    {"mirror", 0, "URL", MZG_MANY, "Another address of the same repository. All are asked; one that " \
     "stalls or sends wrong bytes is dropped. May be given several times."},                         \
    MZG_OPTIONS_BUDGET,                                                                              \
    {"connections", 0, "N", 0, "Requests at a time to one address, 1 to 4; 2 when not given."},      \
    {"timeout", 0, "TIME", 0, "A connection that brings nothing for so long is broken off and made " \
     "anew; 30s when not given."},                                                                   \
    {"give-up", 0, "TIME", 0, "Ends when no byte has come for so long; 1h when not given."}

/* The line to url (NULL: none) and what --mirror adds, as these options say. *l is the caller's to close, also
 * after a failure. */
enum mzg_code mzg_line_open(struct mzg_line *l, const struct mzg_context *c, const char *url,
                            struct mzg_err *e) MZG_MUST;
void mzg_line_close(struct mzg_line *l); /* fine on a zeroed one */

/* A time of an option ("90s", "2d"); leaves *seconds alone when it was not given. */
enum mzg_code mzg_args_seconds(const struct mzg_args *a, const char *name, uint64_t *seconds,
                               struct mzg_err *e) MZG_MUST;
/* --grace: the same, or 0. */
enum mzg_code mzg_args_grace(const struct mzg_args *a, uint64_t *seconds, struct mzg_err *e) MZG_MUST;

#endif
