/* codec.h: how a chunk's bytes are stored. Lossless, one codec per chunk, named in the manifest.
 *
 * Stored bytes are never longer than the content: what a codec cannot shrink is stored as it is
 * ("none"). A decoder is told the exact length of the content and gives that or fails, so a
 * decompression bomb has nowhere to go; a frame that wants a larger window than a chunk can have is
 * refused. A coder holds all memory that coding needs, so that jobs on other threads allocate
 * nothing; one coder serves one thread at a time. */
#ifndef MZG_BUNDLE_CODEC_H
#define MZG_BUNDLE_CODEC_H

#include "../base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MZG_CHUNK_MAX ((uint32_t)8 << 20) /* bytes of content in a chunk */

enum mzg_codec { MZG_CODEC_NONE, MZG_CODEC_ZSTD, MZG_CODEC_END };

/* As manifests spell it: "none", "zstd". */
const char *mzg_codec_name(enum mzg_codec codec);
/* False for a name nobody has given yet. */
bool mzg_codec_find(const char *name, enum mzg_codec *codec);

/* How hard to search. Weights are noise to a string matcher: measured on Q8_0, Q4_0 and F32, level
 * 19 stores no byte less than level 3, at an eightieth of its speed. Vocabularies and other text
 * gain a third. */
enum mzg_effort { MZG_EFFORT_FAST, MZG_EFFORT_THOROUGH };

struct mzg_coder;

/* For encoding (about 3 MiB for fast, 50 MiB for thorough search) or for decoding. */
enum mzg_code mzg_coder_new_encoder(struct mzg_coder **c, enum mzg_effort effort,
                                    struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_coder_new_decoder(struct mzg_coder **c, struct mzg_err *e) MZG_MUST;
void mzg_coder_free(struct mzg_coder *c); /* free(NULL) is fine */

/* content (n bytes, 1 to MZG_CHUNK_MAX) -> out, which has room for n. Cannot fail. Returns the
 * stored length; *codec says how. */
size_t mzg_coder_encode(struct mzg_coder *c, const uint8_t *content, size_t n, uint8_t *out,
                        enum mzg_codec *codec);

/* stored -> exactly `length` bytes of content at out, or MZG_MALFORMED. */
enum mzg_code mzg_coder_decode(struct mzg_coder *c, enum mzg_codec codec, const uint8_t *stored,
                               size_t n, uint8_t *out, size_t length, struct mzg_err *e) MZG_MUST;

#endif
