/* mzigo.h: libmzigo's public face, and the one installed header.
 *
 * For programs that convert models, or that receive them: an app on a device verifies and unpacks a
 * signed bundle with a dozen lines (samples/unpack_bundle.c). Every call does a whole job; long ones
 * report progress and can be stopped. Paths are the caller's; texts handed in stay the caller's;
 * results that own memory say how to free it. Calls on different results may run in different
 * threads at once.
 *
 * Every function that returns an mzg_code fills *e when it is not MZG_OK: e->msg is one line that
 * names the file, the item and the fault. An output appears under its final name whole or not at
 * all. */
#ifndef MZIGO_H
#define MZIGO_H

#include "base/error.h"
#include "base/progress.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The library's version: "0.1.0". */
const char *mzg_version(void);

/* Work done with all this machine has: a thread per CPU, the best kernels, silently. */
void mzg_run_init(struct mzg_run *run);

/* ---- models ---- */

/* All zero but `to` is the usual (of a Whisper `to`, too): every other member is for those who want something else. */
struct mzg_convert_options {
    const char *to;             /* type or recipe: "Q8_0"; NULL, for a Whisper only: F16 */
    const char *recipe;         /* a recipe file instead of `to`, or NULL */
    const char *const *tensor_types; /* "REGEX=TYPE": tensors whose name matches get TYPE */
    size_t n_tensor_types;
    const char *output_type;    /* for output.weight; NULL: the recipe's */
    const char *embedding_type; /* for token_embd.weight; NULL: the recipe's */
    bool pure;                  /* one type for all matrices, the recipe's exceptions left out */
    bool requantize;            /* what is quantized already is quantized again, which adds both errors */
    const char *imatrix;        /* importance data: an imatrix file of llama.cpp, or NULL */
    const char *effort;         /* "fast", "default" or "best"; NULL: default */
    bool resume;                /* what is written stays beside the outputs when the work is stopped (NAME
                                 * .mzg-part and .mzg-journal), and is gone on with by the same call */
    bool raw;                   /* weights without a model folder: names and shapes as they are */
    const char *pre;            /* the pre-tokenizer's name; NULL: found by structure */
    const char *tokenizer;      /* the tokens of a checkpoint that is published without (OpenAI's Whisper): a .tiktoken
                                 * file, or a folder with one or with a tokenizer; NULL: beside the checkpoint */
    uint64_t split_max_bytes;   /* the output is cut into parts, files of at most so many bytes ... */
    uint64_t split_max_tensors; /* ... and tensors, as llama.cpp reads them; 0: no such limit */
    const char *const *set;     /* "KEY=VALUE": metadata over what the source says (SPEC.md, "Names") */
    size_t n_set;
    const char *const *lora;    /* "ADAPTER" or "ADAPTER=SCALE": LoRA adapters to merge into the weights, in this
                                 * order (SPEC.md, "Adapters") */
    size_t n_lora;
    const char *base;           /* src is an adapter, which becomes a file of its own; this is the folder of its
                                 * base's config.json. NULL: src is a model */
};

struct mzg_convert_result {
    const char *to;        /* the type or recipe; NULL: a recipe file */
    uint64_t tensors;
    uint64_t elems;
    uint64_t source_bytes;
    uint64_t output_bytes;
    uint64_t parts;        /* that the output is cut into; 0: it is one file, `out` itself */
    uint64_t largest_part; /* bytes of it */
    bool gguf;             /* else it is another program's own file: of Whisper, whisper.cpp's */
};

/* src: a Hugging Face folder, a GGUF file (of a model in parts, any of them), or with raw a .safetensors,
 * PyTorch or .onnx file -> out, a GGUF file; a Whisper folder, OpenAI's checkpoint of one, or a file of
 * whisper.cpp's -> whisper.cpp's own file, of one type for all matrices, in one part and without metadata; an
 * adapter's folder, with base, -> a GGUF of F32, F16 or BF16 that llama.cpp adds to the base's.
 * The same source and options give the same bytes on every machine (SPEC.md, "Determinism").
 * Peak memory stays under 256 MiB whatever the model's size. r may be NULL. */
enum mzg_code mzg_convert(const char *src, const char *out, const struct mzg_convert_options *opt,
                          const struct mzg_run *run, struct mzg_convert_result *r,
                          struct mzg_err *e) MZG_MUST;

/* One of several outputs that are made from one reading of the source. */
struct mzg_convert_output {
    const char *to;   /* in place of the options'; NULL: the options' recipe file */
    const char *path; /* different from the others' */
};
#define MZG_CONVERT_OUTPUTS 16

/* The same as n calls of mzg_convert (n at most MZG_CONVERT_OUTPUTS), byte for byte, but src is read and
 * digested once and each weight decoded once. No output appears before all are complete. r: n of them, or
 * NULL. */
enum mzg_code mzg_convert_several(const char *src, const struct mzg_convert_output *outputs, size_t n,
                                  const struct mzg_convert_options *opt, const struct mzg_run *run,
                                  struct mzg_convert_result *r, struct mzg_err *e) MZG_MUST;

/* The path of part `part` (from 0) of `parts` of an output that was asked for at `out`, as snprintf:
 * model-00001-of-00003.gguf of model.gguf. */
int mzg_convert_part(char *path, size_t room, const char *out, uint64_t part, uint64_t parts);

/* What mzg_convert would write, one tensor. */
struct mzg_plan_row {
    const char *name;
    const char *type;
    const char *source_type; /* "F32" for one that is computed */
    unsigned n_dims;
    const uint64_t *ne;      /* ggml's order: ne[0] is a row's width */
    uint64_t bytes;
    bool weighted;           /* with importance */
    const char *why;         /* where the type comes from, in words */
};

/* Tells row of every tensor, in the output's order, and fills r; reads headers (and importance data)
 * only. All that would make mzg_convert fail before its first weight fails here too. */
enum mzg_code mzg_convert_plan(const char *src, const struct mzg_convert_options *opt,
                               const struct mzg_run *run,
                               void (*row)(void *ctx, const struct mzg_plan_row *row), void *ctx,
                               struct mzg_convert_result *r, struct mzg_err *e) MZG_MUST;

/* What one tensor lost (SPEC.md, "Accuracy"). */
struct mzg_check_row {
    const char *name;
    const char *type;         /* in the file that is checked */
    uint64_t elems;
    double rel_rmse;          /* ||x - q|| / ||x|| */
    double snr_db;            /* signal-to-noise; infinite when nothing was lost */
    double cosine;
    double max_error;         /* largest |x - q| ... */
    uint64_t max_error_at;    /* ... and its element */
    double block_error;       /* worst block: its largest error over the limit for it (1 is the limit) */
    uint64_t block_error_at;  /* that block's first element */
    double dot_error;         /* worst row: |kernel's q.a - x.a| / (||x|| ||a||) */
    double kernel_error;      /* worst row: |kernel's q.a - exact q.a| over the limit for it */
    int repeated;             /* 1: the recorded quantizer gives these very blocks; 0: it does not;
                               * -1: no such record, or importance data it names is not given */
    uint64_t repeated_at;     /* first element of the first block that differs */
    const char *fault;        /* NULL: within limits; else which limit it breaks */
    uint64_t fault_at;        /* first element of the block at fault; MZG_NO_OFFSET: the whole tensor */
};

struct mzg_check_report {
    const struct mzg_check_row *rows; /* in the checked file's order */
    size_t n_rows;
    size_t n_failed;
    double rel_rmse; /* over all elements */
    void *memory;
};

struct mzg_check_options {
    const char *limits;  /* a JSON file that overrides limits per type, or NULL */
    const char *imatrix; /* the importance data that out was made with, to repeat its quantization; or NULL */
    const char *const *lora; /* the adapters that out was made with, in their order */
    size_t n_lora;
    const char *tokenizer; /* as for mzg_convert */
    const char *base;    /* src is an adapter, as in mzg_convert_options; or NULL */
};

/* Compares out (GGUF, or whisper.cpp's file) with what it was made from, tensor by tensor and block by block; of
 * whisper.cpp's file the sizes, filters and tokens before the tensors, too. opt may be NULL.
 * MZG_DIFFERS, with a whole report, when a limit is broken; MZG_USAGE when opt->imatrix or opt->lora is not what
 * out was made with. The report is the caller's: mzg_check_clear. */
enum mzg_code mzg_check(const char *out, const char *src, const struct mzg_check_options *opt,
                        const struct mzg_run *run, struct mzg_check_report *report,
                        struct mzg_err *e) MZG_MUST;
void mzg_check_clear(struct mzg_check_report *report);

/* Bytes of the GGUF that convert would write by each recipe; one row per recipe. */
struct mzg_size_row {
    const char *to;
    uint64_t bytes;
};
#define MZG_SIZE_ROWS 36 /* as many as there are */
enum mzg_code mzg_convert_sizes(const char *src, const struct mzg_convert_options *opt,
                                struct mzg_size_row rows[MZG_SIZE_ROWS], size_t *n,
                                struct mzg_err *e) MZG_MUST;

/* The tensors and metadata of a model file or folder, headers only. The metadata of a folder is what convert
 * would write of it or, where it cannot be converted, as much as its card and config.json say. */
struct mzg_view;
struct mzg_view_tensor {
    const char *name;
    const char *type;
    unsigned n_dims;
    const uint64_t *ne; /* ggml's order: ne[0] is a row's width */
    uint64_t elems;
    uint64_t bytes;
    const char *file;   /* without its folder */
};
enum mzg_code mzg_view_open(struct mzg_view **v, const char *path, struct mzg_err *e) MZG_MUST;
void mzg_view_close(struct mzg_view *v);
const char *mzg_view_container(const struct mzg_view *v); /* "GGUF", "PyTorch", "whisper.cpp" ... */
size_t mzg_view_files(const struct mzg_view *v); /* that the tensors are in: shards, parts */
size_t mzg_view_tensors(const struct mzg_view *v);
void mzg_view_tensor(const struct mzg_view *v, size_t i, struct mzg_view_tensor *t);
/* Metadata as text: *key and *value live until the next call and are escaped for printing; long
 * arrays are summarised. False beyond the last one. */
bool mzg_view_metadata(struct mzg_view *v, size_t i, const char **key, const char **value);

/* ---- keys and bundles ---- */

enum mzg_key_kind { MZG_KEY_P256, MZG_KEY_ED25519 };

/* Writes NAME.key (secret, mode 0600, encrypted when a passphrase is given) and NAME.pub. Existing
 * files are never overwritten. */
enum mzg_code mzg_keygen(const char *name, enum mzg_key_kind kind, const char *passphrase,
                         struct mzg_err *e) MZG_MUST;

struct mzg_pack_options {
    const char *key;        /* the secret key's file */
    const char *passphrase; /* for it, or NULL */
    const char *name;
    const char *version;
    const char *created;    /* RFC 3339, UTC: "2026-11-23T08:00:00Z" */
    const char *expires;    /* the same, or NULL */
    const char *licence;    /* SPDX expression or text, or NULL */
};

struct mzg_bundle_info {
    const char *name;
    const char *version;
    uint64_t sequence;
    const char *created;
    const char *expires;       /* or NULL */
    const char *licence;       /* or NULL */
    const char *key_id;        /* of the trusted key that signed; NULL: not verified */
    uint64_t files;
    uint64_t files_left_out;   /* that the bundle has too, and this copy of it has not */
    uint64_t chunks;
    uint64_t objects;          /* distinct stored objects */
    uint64_t content_bytes;    /* of the files */
    uint64_t stored_bytes;     /* of the distinct objects */
    uint64_t chosen_files;     /* of those, where only some are wanted; else 0 */
    uint64_t chosen_bytes;     /* of their content */
    uint64_t new_bytes;        /* pack: stored bytes that were not in the repository before */
    void *memory;              /* what the texts live in */
};

/* Adds a signed bundle of n files to a repository folder (made when missing), or writes the
 * single-file form when location ends in ".mzb". info may be NULL; its texts live until info's
 * mzg_bundle_info_clear. */
enum mzg_code mzg_pack(const char *const *files, size_t n, const char *location,
                       const struct mzg_pack_options *opt, const struct mzg_run *run,
                       struct mzg_bundle_info *info, struct mzg_err *e) MZG_MUST;
void mzg_bundle_info_clear(struct mzg_bundle_info *info);

struct mzg_trust {
    const char *const *keys; /* files of public keys */
    size_t n_keys;
    const char *now;         /* RFC 3339, UTC: a bundle that has expired by then is refused; NULL: none is */
};

/* Checks signatures and every stored byte (deep: every decoded byte too) of the bundle `select`
 * ("NAME", "NAME@VERSION", NULL: all of them). found is told of each bundle that passed; each bad
 * object goes to run->notify. MZG_REFUSED when anything is wrong. */
enum mzg_code mzg_verify(const char *location, const char *select, const struct mzg_trust *trust,
                         bool deep, const struct mzg_run *run,
                         void (*found)(void *ctx, const struct mzg_bundle_info *info), void *ctx,
                         struct mzg_err *e) MZG_MUST;

/* Writes the files of one verified bundle into folder dir (made when missing). select may be NULL
 * when there is only one bundle; "NAME" means its newest version. info as in mzg_pack. */
enum mzg_code mzg_unpack(const char *location, const char *select, const struct mzg_trust *trust,
                         const char *dir, const struct mzg_run *run, struct mzg_bundle_info *info,
                         struct mzg_err *e) MZG_MUST;

/* What bundles a location holds, signatures unchecked: for showing only. */
enum mzg_code mzg_list(const char *location,
                       void (*found)(void *ctx, const struct mzg_bundle_info *info), void *ctx,
                       struct mzg_err *e) MZG_MUST;

#ifdef __cplusplus
}
#endif

#endif
