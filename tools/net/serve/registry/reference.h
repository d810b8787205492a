/* reference.h: what a URL of the registry means: its grammar, and not a byte more. Nothing in it needs
 * percent-encoding, so a URL with any is none of these. */
#ifndef MZG_REGISTRY_REFERENCE_H
#define MZG_REGISTRY_REFERENCE_H

#include "base/sha256.h"
#include "bundle/name.h"
#include <stdbool.h>

#define MZG_TAG_MAX 128
#define MZG_TAG_LATEST "latest"

enum mzg_reference_kind { MZG_REFERENCE_TAGS, MZG_REFERENCE_MANIFEST, MZG_REFERENCE_BLOB };

struct mzg_reference {
    enum mzg_reference_kind kind;
    char name[MZG_NAME_MAX + 1];      /* as the client spells it */
    char tag[MZG_TAG_MAX + 1];        /* of a manifest; "": by digest */
    uint8_t sha256[MZG_SHA256_BYTES]; /* of a manifest without a tag, of a blob */
};

/* path: "/v2/mzigo/NAME/..."; false: it is none of them. */
bool mzg_reference_parse(struct mzg_reference *r, const char *path);

#endif
