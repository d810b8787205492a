/* health.h: the findings of a thread that looks a repository over in the background (checkup.h), and
 * the document that tells people's monitoring of them.
 *
 *   {"status": "ok"|"degraded"|"unknown", "version": "0.1.0", "bundles": 3,
 *    "looked": DATE|null, "read": DATE|null, "expired": [...], "damaged_bundles": [...],
 *    "damaged_objects": [...], "left_out": 0, "connections": 1, ...}
 *
 * unknown: the first look is not done yet. looked: when manifests and lengths were last looked at (every
 * ten minutes); read: when the last reading of every byte ended. */
#ifndef MZG_NET_SERVE_HEALTH_H
#define MZG_NET_SERVE_HEALTH_H

#include "base/file.h"
#include "bundle/dsse.h"

struct mzg_health;

struct mzg_health_options {
    const char *location;
    const struct mzg_dir *repo;
    unsigned check_every;     /* hours between two readings; 0: none */
    struct mzg_keyring trusted; /* none: signatures are not looked at */
};

/* Starts the thread. Everything in opt stays the caller's and outlives h. */
enum mzg_code mzg_health_new(struct mzg_health **h, const struct mzg_health_options *opt,
                             struct mzg_err *e) MZG_MUST;
void mzg_health_free(struct mzg_health *h); /* ends the thread; NULL is fine */

/* An object that was found damaged as it was to be sent: it stands in the document until the next reading of
 * every byte. False: it stands there already. Any thread. */
bool mzg_health_damage(struct mzg_health *h, const char *object, const char *fault);

/* What the server knows of itself. */
struct mzg_health_traffic {
    uint64_t connections, clients, refused, requests, seconds;
};

/* The document, malloc'd; NULL when memory is out. Any thread. */
char *mzg_health_text(struct mzg_health *h, const struct mzg_health_traffic *t);

/* Whether the last look found this bundle damaged, or another room did; why: what was found, cut to room bytes.
 * Any thread. */
bool mzg_health_damaged(struct mzg_health *h, const char *name, const char *version, char *why, size_t room);

/* What another room found by reading a file of a bundle; NULL: it is as it should be. Any thread. */
void mzg_health_tell(struct mzg_health *h, const char *name, const char *version, const char *file,
                     const char *fault);

#endif
