/* mzigo_trust.h: the keys that a caller names, loaded, and the policy they make. */
#ifndef MZG_TRUST_H
#define MZG_TRUST_H

#include "bundle/bundle.h"
#include "mzigo.h"

#define MZG_TRUSTED_KEYS 64

struct mzg_trusted {
    struct mzg_key *keys[MZG_TRUSTED_KEYS];
    size_t n;
    struct mzg_policy policy; /* points into this struct: do not copy */
};

/* MZG_USAGE when none is named; trust->now has to live as long as *t. */
enum mzg_code mzg_trusted_load(struct mzg_trusted *t, const struct mzg_trust *trust,
                               struct mzg_err *e) MZG_MUST;
void mzg_trusted_clear(struct mzg_trusted *t);

/* What a verified bundle is; its texts live as long as v. */
void mzg_verified_info(const struct mzg_verified *v, struct mzg_bundle_info *info);

#endif
