/* stream.h: a model's tensors as a stream of batches, in the order in which one reading of the
 * source meets them.
 *
 * A batch is a run of one tensor's elements small enough to be held in memory, so that memory is
 * bounded by batches in flight and not by the model. Batches start and end at the same elements
 * whatever the number of threads, so sums taken per batch are the same everywhere. The reading
 * thread takes bytes (and their digest) in file order; workers decode them to floats. */
#ifndef MZG_MODEL_STREAM_H
#define MZG_MODEL_STREAM_H

#include "../base/sha256.h"
#include "arch/model.h"

/* Elements of a batch, a multiple of every block length. */
#define MZG_BATCH_ELEMS ((uint64_t)1 << 20)

struct mzg_batch {
    const struct mzg_model_tensor *tensor;
    uint64_t first;      /* element, in output order */
    uint64_t count;
    size_t room;         /* what its data takes in memory: the source's bytes, or floats */
    size_t src_bytes;    /* what the source holds for it */
    uint64_t src_offset; /* in the source tensor's data, unless it is made of several */
};

/* Bytes of `count` elements of a type; count is a multiple of its block length. */
uint64_t mzg_type_bytes(const struct mzg_type_info *info, uint64_t count);

/* Elements of a tensor: the product of its ne. */
uint64_t mzg_model_elems(const struct mzg_model_tensor *t);

/* How many batches may be in flight when each takes `bytes`: as many as keep the threads busy, fewer
 * where memory would pass 112 MiB (with headers and a vocabulary, 256 MiB in all), at least one. */
size_t mzg_batches_in_flight(size_t bytes, unsigned threads);
/* The batch of t that starts at element `first`. */
void mzg_batch_set(struct mzg_batch *b, const struct mzg_model_tensor *t, uint64_t first);

/* Longest piece decode is asked for: fits the first-level cache beside what is made of it. */
#define MZG_PIECE 4096

/* Makes the values of a batch of a tensor that is made of others, into data (room bytes, aligned for
 * floats); nothing is left to do for the others'. On the thread that decodes them. */
enum mzg_code mzg_batch_load(const struct mzg_batch *b, struct mzg_scratch *s, uint8_t *data,
                             struct mzg_err *e) MZG_MUST;

/* Elements [start, start + n) of the batch, in output order, as floats. data: what mzg_stream_read or
 * mzg_batch_load put there. start and n are multiples of the source type's block length; n <= MZG_PIECE.
 * The floats are x, or data itself where they lie there already: returns which. */
const float *mzg_batch_decode(const struct mzg_batch *b, const struct mzg_kernels *k,
                              const uint8_t *data, uint64_t start, size_t n, float x[MZG_PIECE]);

/* Where element i (in output order, of the whole tensor) comes from: *src and its element; the last of
 * several sources where it has no single one. t is not computed. */
uint64_t mzg_source_element(const struct mzg_model_tensor *t, uint64_t i, const struct mzg_tensor **src);

/* ---- reading with digests ---- */

/* Reads a source front to back and digests every byte of its files on the way, also those between
 * tensors, so that the files are read once. */
struct mzg_stream {
    const struct mzg_weights *weights;
    struct mzg_sha256 hash;
    uint32_t file;     /* the one being read */
    uint64_t hashed;   /* bytes of it digested so far */
    uint64_t asked;    /* up to where the disk was asked for it beforehand */
    uint8_t (*digests)[MZG_SHA256_BYTES]; /* one per file, set when its reading ends */
    uint8_t *gap;      /* buffer for bytes between tensors */
};

enum mzg_code mzg_stream_init(struct mzg_stream *s, const struct mzg_weights *w,
                              struct mzg_err *e) MZG_MUST;
void mzg_stream_clear(struct mzg_stream *s);
/* From the first byte again. */
enum mzg_code mzg_stream_restart(struct mzg_stream *s, struct mzg_err *e) MZG_MUST;
/* The batch's source bytes into data, for a tensor that is one stored run; those of others are digested
 * only, and read by mzg_batch_load. Batches come in the order of the model's tensors. */
enum mzg_code mzg_stream_read(struct mzg_stream *s, const struct mzg_batch *b, uint8_t *data,
                              struct mzg_err *e) MZG_MUST;
/* Digest of all that was read so far, and of how far that is: the same only where the same bytes were. */
void mzg_stream_state(const struct mzg_stream *s, uint8_t digest[MZG_SHA256_BYTES]);
/* Reads what is left of all files; the digests are complete then. */
enum mzg_code mzg_stream_finish(struct mzg_stream *s, struct mzg_err *e) MZG_MUST;

#endif
