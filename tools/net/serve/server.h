/* server.h: what the rooms behind serve.h share. Set up before the first request and then only read,
 * but for what is atomic or has a lock of its own. */
#ifndef MZG_NET_SERVE_SERVER_H
#define MZG_NET_SERVE_SERVER_H

#include "access.h"
#include "base/file.h"
#include "clients.h"
#include "decoded.h"
#include "health.h"
#include "links/piecework.h"
#include "mzigo_trust.h"
#include "pace.h"
#include "serve.h"
#include "shelf.h"
#include <stdatomic.h>

struct mzg_texts; /* registry/texts.h */

struct mzg_server {
    const struct mzg_serve_options *opt;
    struct mzg_dir repo;
    struct mzg_trusted trusted; /* n 0: signatures are not looked at */
    struct mzg_clients *clients;
    struct mzg_pacer *pacer; /* NULL: no rate is set */
    struct mzg_health *health;
    struct mzg_shelves *shelves;
    struct mzg_decoded *decoded;
    struct mzg_texts *texts;
    struct mzg_piecework *piecework;
    struct mzg_access access;
    atomic_bool ending;      /* answers say that the connection ends with them */
    atomic_bool cut;         /* transfers break off */
    atomic_uint_least64_t requests;
    uint64_t started;        /* milliseconds */
};

#endif
