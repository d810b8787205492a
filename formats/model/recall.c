#include "recall.h"

#include "../base/sha256.h"
#include "provenance.h"
#include <stdlib.h>
#include <string.h>

static enum mzg_code compare(const struct mzg_recall *r, const struct mzg_imatrix *imatrix,
                             const uint8_t recorded[32], struct mzg_err *e)
{
    uint8_t given[32];
    char hex[MZG_SHA256_HEX];
    if (!r->weighted)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET,
                        "an importance matrix is given, but the file does not say that it was made with one");
    enum mzg_code rc = mzg_imatrix_digest(imatrix, given, e);
    if (rc != MZG_OK || memcmp(given, recorded, sizeof given) == 0)
        return rc;
    mzg_sha256_hex(recorded, hex);
    return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET,
                    "the importance matrix that is given is not the one the file was made with (SHA-256 %s)",
                    hex);
}

/* The tensors as out has them, in the source's order: that decided, when it was made, which of them
 * importance was looked up for. */
static enum mzg_code match(struct mzg_recall *r, const struct mzg_weights *out,
                           const struct mzg_model *source, const struct mzg_imatrix *imatrix,
                           struct mzg_err *e)
{
    size_t n = source->n_tensors;
    struct mzg_gguf_tensor *table = calloc(n ? n : 1, sizeof *table);
    struct mzg_recipe_why *why = calloc(n ? n : 1, sizeof *why);
    enum mzg_code rc = MZG_OK;
    if (table == NULL || why == NULL)
        rc = mzg_fail_memory(e, "importance");
    for (size_t i = 0; i < n && rc == MZG_OK; i++) {
        const struct mzg_model_tensor *t = &source->tensors[i];
        const struct mzg_tensor *made = mzg_weights_find(out, t->name);
        memcpy(table[i].name, t->name, sizeof table[i].name);
        memcpy(table[i].ne, t->ne, sizeof table[i].ne);
        table[i].n_dims = t->n_dims;
        table[i].type = made != NULL && made->type != MZG_TYPE_END ? made->type : MZG_TYPE_F32;
        why[i].wanted = table[i].type;
    }
    if (rc == MZG_OK)
        rc = mzg_importance_match(&r->importance, imatrix, source, table, why, NULL, e);
    free(why);
    free(table);
    return rc;
}

enum mzg_code mzg_recall_read(struct mzg_recall *r, const struct mzg_weights *out,
                              const struct mzg_model *source, const struct mzg_imatrix *imatrix,
                              const struct mzg_notify *notify, struct mzg_err *e)
{
    uint8_t recorded[32];
    *r = (struct mzg_recall){.effort = MZG_EFFORT_DEFAULT};
    if (out->gguf == NULL)
        return MZG_OK;
    r->effort_known = mzg_provenance_effort(&out->gguf->kvs, &r->effort);
    r->imatrix_at_hand = imatrix != NULL;
    enum mzg_code rc = mzg_provenance_imatrix(&out->gguf->kvs, &r->weighted, recorded, e);
    if (rc == MZG_OK && imatrix != NULL)
        rc = compare(r, imatrix, recorded, e);
    if (rc != MZG_OK)
        return rc;
    if (r->weighted && imatrix == NULL)
        mzg_notice(notify, "made with importance data that is not given (--imatrix): blocks that a search "
                           "has made are measured, not repeated");
    if (!r->effort_known)
        mzg_notice(notify, "made at an effort that is not known here: blocks are measured, not repeated");
    return imatrix != NULL ? match(r, out, source, imatrix, e) : MZG_OK;
}

void mzg_recall_clear(struct mzg_recall *r)
{
    mzg_importance_clear(&r->importance);
}

bool mzg_recall_knows(const struct mzg_recall *r, const struct mzg_weights *out, enum mzg_type type)
{
    const struct mzg_type_info *info = mzg_type_by_number(type);
    if (info->revision == 0 || out->gguf == NULL ||
        mzg_provenance_revision(&out->gguf->kvs, type) != info->revision)
        return false;
    if (mzg_kernel_best(type, MZG_OP_search, 0) == NULL)
        return mzg_kernel_best(type, MZG_OP_quantize, 0) != NULL;
    return r->effort_known && (!r->weighted || r->imatrix_at_hand);
}
