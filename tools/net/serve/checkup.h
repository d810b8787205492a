/* checkup.h: what of a repository is damaged or stale, found without hurry.
 *
 * A look reads every manifest (with keys: its signature first) and asks for each object's presence and
 * length; a reading hashes every object that lies there, once however many bundles share it. Findings
 * are lists of texts and objects for people's monitoring; at most MZG_CHECKUP_FAULTS entries are
 * kept, the rest is counted. */
#ifndef MZG_NET_SERVE_CHECKUP_H
#define MZG_NET_SERVE_CHECKUP_H

#include "base/file.h"
#include "base/progress.h"
#include "bundle/dsse.h"
#include <jansson.h>
#include <stdbool.h>

#define MZG_CHECKUP_FAULTS 100

struct mzg_checkup {
    const char *location;       /* of the repository */
    const struct mzg_dir *repo;
    struct mzg_keyring trusted; /* none: signatures are not looked at */
    struct mzg_progress pause;  /* called every MiB, and between files */
};

struct mzg_findings {
    size_t n_bundles;
    json_t *expired;         /* ["m@1.0.0", ...] */
    json_t *damaged_bundles; /* [{"bundle": "m@1.0.0", "fault": "..."}, ...] */
    json_t *damaged_objects; /* [{"object": "abcd...", "fault": "..."}, ...] */
    uint64_t left_out;       /* entries beyond MZG_CHECKUP_FAULTS */
};

enum mzg_code mzg_findings_init(struct mzg_findings *f, struct mzg_err *e) MZG_MUST;
void mzg_findings_clear(struct mzg_findings *f); /* fine on a zeroed one */

/* Adds an object to the list. False: it stands there already. */
bool mzg_findings_damage(struct mzg_findings *f, const char *object, const char *fault);

/* Fills the list of objects. */
enum mzg_code mzg_checkup_read(const struct mzg_checkup *c, struct mzg_findings *f,
                               struct mzg_err *e) MZG_MUST;
/* The same for these entries of a former list: those that are sound again, or gone, leave it. */
enum mzg_code mzg_checkup_read_again(const struct mzg_checkup *c, const json_t *objects, struct mzg_findings *f,
                                     struct mzg_err *e) MZG_MUST;
/* Fills the rest. Objects that stand in the list already are damage to the bundles that name them. now:
 * a date, "2026-11-23T08:00:00Z". */
enum mzg_code mzg_checkup_look(const struct mzg_checkup *c, const char *now,
                               struct mzg_findings *f, struct mzg_err *e) MZG_MUST;

#endif
