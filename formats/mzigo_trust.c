#include "mzigo_trust.h"
#include "bundle/choose.h"

#include <string.h>

void mzg_trusted_clear(struct mzg_trusted *t)
{
    for (size_t i = 0; i < t->n; i++)
        mzg_key_free(t->keys[i]);
    t->n = 0;
}

enum mzg_code mzg_trusted_load(struct mzg_trusted *t, const struct mzg_trust *trust, struct mzg_err *e)
{
    memset(t, 0, sizeof *t);
    if (trust->n_keys == 0)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "no trusted key is named");
    if (trust->n_keys > MZG_TRUSTED_KEYS)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "%zu trusted keys, %d are possible",
                        trust->n_keys, MZG_TRUSTED_KEYS);
    for (size_t i = 0; i < trust->n_keys; i++) {
        enum mzg_code rc = mzg_key_load_public(&t->keys[i], trust->keys[i], e);
        if (rc != MZG_OK) {
            mzg_trusted_clear(t);
            return rc;
        }
        t->n = i + 1;
    }
    t->policy.trusted.keys = (const struct mzg_key *const *)t->keys;
    t->policy.trusted.n = t->n;
    t->policy.now = trust->now;
    return MZG_OK;
}

void mzg_verified_info(const struct mzg_verified *v, struct mzg_bundle_info *info)
{
    const struct mzg_manifest *m = mzg_verified_manifest(v);
    *info = (struct mzg_bundle_info){
        .name = m->name, .version = m->version, .sequence = (uint64_t)m->sequence, .created = m->created,
        .expires = m->expires, .licence = m->licence, .key_id = mzg_key_id(mzg_verified_signer(v)),
        .files = m->n_files, .files_left_out = m->n_left_out, .chunks = m->n_chunks,
        .objects = m->n_objects, .content_bytes = m->content_bytes, .stored_bytes = m->stored_bytes,
    };
    for (size_t i = 0; i < m->n_files; i++) {
        bool counts = mzg_verified_chooses(v) && mzg_verified_wants(v, i);
        info->chosen_files += counts;
        info->chosen_bytes += counts ? m->files[i].size : 0;
    }
}
