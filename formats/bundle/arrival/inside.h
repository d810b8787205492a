/* inside.h: what the rooms of an arrival share. */
#ifndef MZG_ARRIVAL_INSIDE_H
#define MZG_ARRIVAL_INSIDE_H

#include "arrival.h"
#include "ledger.h"
#include "partial.h"

/* Where an object's content belongs. */
struct mzg_arrival_place {
    uint32_t ordinal;
    uint32_t file;
    uint64_t offset;
    const struct mzg_chunk *chunk;
};

struct mzg_arrival {
    struct mzg_receiver base;
    const struct mzg_manifest *m;
    const struct mzg_run *run;
    const bool *wanted;                 /* one per member, the verified bundle's; NULL: all are */
    uint8_t manifest[MZG_SHA256_BYTES]; /* digest of its bytes, and of what is wanted */
    struct mzg_dir dir;
    struct mzg_dir folder;              /* MZG_ARRIVAL_FOLDER in dir */
    struct mzg_output *files;           /* one per member; fd -1: that one is there, whole, or not wanted */
    bool *dirty;                        /* one per member: written since the last sync */
    struct mzg_arrival_place *places;           /* by ordinal, then in the manifest's order */
    size_t *first;                      /* one per object, and the end: index into places */
    enum mzg_entry *entries;            /* one per object */
    struct mzg_ledger ledger;
    bool looked;                        /* at what is there from earlier */
    struct {
        size_t object;                  /* SIZE_MAX: free */
        struct mzg_partial partial;
    } flight[MZG_ARRIVAL_FLIGHT];
    struct mzg_coder *decoder;
    uint8_t *content;                   /* room for the longest chunk */
    uint64_t left;                      /* stored bytes of missing objects, less what is here of them */
};

extern const struct mzg_receiver mzg_arrival_functions;

/* Decodes c's stored bytes into a->content; false when bytes or content are not what the manifest says. */
bool mzg_arrival_decode(struct mzg_arrival *a, const struct mzg_chunk *c, const uint8_t *stored);

/* Writes content (of chunk c's length, whose digest is right) to all places of object i, and enters it. */
enum mzg_code mzg_arrival_write(struct mzg_arrival *a, size_t i, const uint8_t *content,
                                struct mzg_err *e) MZG_MUST;

/* Whether the files hold object i's content in all its places. Changes a->content. */
enum mzg_code mzg_arrival_holds(struct mzg_arrival *a, size_t i, bool *sound,
                                struct mzg_err *e) MZG_MUST;

/* Removes the ledger, the documents and, when nothing else is in it, their folder. */
void mzg_arrival_remove_folder(struct mzg_arrival *a);

/* Whether files[file] has the manifest's digest; all of it is read. */
enum mzg_code mzg_arrival_digest(struct mzg_arrival *a, size_t file, const struct mzg_file *f, bool *same,
                                 struct mzg_err *e) MZG_MUST;

#endif
