/* texts.h: where the text with a digest comes from: a manifest, a config or a licence that lies nowhere, because it
 * is made of what a bundle says whenever it is asked for; or the bundle's envelope, whose digest only its file
 * tells.
 *
 * All of a shelf's are made once, when it is first asked, and only their digests kept: 40 bytes each, four for a
 * bundle and two for each model in it. Afterwards asking for a digest that nobody has costs no more than any. */
#ifndef MZG_REGISTRY_TEXTS_H
#define MZG_REGISTRY_TEXTS_H

#include "tools/layout/image.h"
#include "versions.h"

enum mzg_text_kind { MZG_TEXT_MANIFEST, MZG_TEXT_CONFIG, MZG_TEXT_LICENCE, MZG_TEXT_ENVELOPE };

struct mzg_text_source {
    const struct mzg_shelf_bundle *b;
    const struct mzg_member *model; /* of whose Ollama image it is; NULL: of the ModelPack image */
    enum mzg_text_kind kind;
};

struct mzg_texts;

enum mzg_code mzg_texts_new(struct mzg_texts **t, const struct mzg_dir *repo, struct mzg_err *e) MZG_MUST;
void mzg_texts_free(struct mzg_texts *t); /* NULL is fine; nobody asks any more */

/* One with this digest, of one of these bundles of the shelf. False: there is none, or memory is out. Any thread. */
bool mzg_texts_find(struct mzg_texts *t, const struct mzg_shelf *shelf, const struct mzg_versions *v,
                    const uint8_t sha256[MZG_SHA256_BYTES], struct mzg_text_source *s);

/* Makes the image; model NULL: the ModelPack image. MZG_IO and the like: the bundle's documents cannot be read. */
enum mzg_code mzg_texts_image(const struct mzg_dir *repo, const struct mzg_shelf_bundle *b,
                              const struct mzg_member *model, struct mzg_image *image, struct mzg_err *e) MZG_MUST;

#endif
