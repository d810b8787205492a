/* reply.h: answers as the hub gives them. */
#ifndef MZG_NET_SERVE_HUB_REPLY_H
#define MZG_NET_SERVE_HUB_REPLY_H

#include "tools/net/serve/exchange.h"
#include <jansson.h>

/* Takes value over; NULL: memory was out. */
enum MHD_Result mzg_hub_reply(struct mzg_exchange *x, json_t *value);

/* What is not there: the word is for the clients, which tell by it what to do, the text for people. */
enum mzg_hub_missing { MZG_HUB_NO_REPO, MZG_HUB_NO_REVISION, MZG_HUB_NO_ENTRY };

/* commit: NULL when there is none. */
enum MHD_Result mzg_hub_reply_missing(struct mzg_exchange *x, enum mzg_hub_missing what, const char *commit);

/* Something is wrong with the request, or here. */
enum MHD_Result mzg_hub_reply_error(struct mzg_exchange *x, unsigned status, const char *text);

#endif
