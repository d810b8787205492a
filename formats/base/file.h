/* file.h: files read at offsets, outputs that appear whole or not at all, paths that stay inside.
 *
 * An output is written under a temporary name beside its final one (".NAME.mzg-" and 12 letters),
 * synced, and renamed by commit; whatever stops the program before that leaves the final name as it
 * was. What a killed run left under a temporary name is removed when the same output is next
 * opened; a run that is still writing is left alone. Work that is to be resumed keeps its temporary
 * under a name that can be found again (mzg_output_open_kept). A relative path from outside is opened
 * component by component without following links, so it cannot leave its folder. */
#ifndef MZG_BASE_FILE_H
#define MZG_BASE_FILE_H

#include "error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- folders ---- */

struct mzg_dir {
    int fd;
    char *path; /* as given, for messages */
};

enum mzg_code mzg_dir_open(struct mzg_dir *d, const char *path, struct mzg_err *e) MZG_MUST;
/* Makes it, and the folders above it, where missing. */
enum mzg_code mzg_dir_create(struct mzg_dir *d, const char *path, struct mzg_err *e) MZG_MUST;
/* Folder rel, a confined path inside `in`; no link is followed. create: made where missing. */
enum mzg_code mzg_dir_open_at(struct mzg_dir *d, const struct mzg_dir *in, const char *rel, bool create,
                              struct mzg_err *e) MZG_MUST;
void mzg_dir_close(struct mzg_dir *d);

/* True for a relative path that stays inside: not empty, no leading '/', no empty, "." or ".."
 * component, no backslash or control byte, valid UTF-8, at most 1024 bytes, 255 in a component. */
bool mzg_path_confined(const char *rel);

/* True when rel exists inside d (nothing followed). */
bool mzg_dir_has(const struct mzg_dir *d, const char *rel);

/* Removes the file rel, where there is one, and then each folder on its way that is empty; no link is
 * followed. Returns whether there was one. */
bool mzg_dir_remove(const struct mzg_dir *d, const char *rel);

/* Names of the entries of folder rel ("." for d itself) without "." and "..", sorted bytewise;
 * *names is one allocation freed with free(). MZG_LIMIT beyond max entries. */
enum mzg_code mzg_dir_list(const struct mzg_dir *d, const char *rel, size_t max, char ***names,
                           size_t *count, struct mzg_err *e) MZG_MUST;

/* Bytes a program may still write on the file system of d. */
enum mzg_code mzg_dir_space(const struct mzg_dir *d, uint64_t *bytes, struct mzg_err *e) MZG_MUST;

/* ---- paths as they are given: links are followed ---- */

/* "FOLDER/NAME", the caller's to free; NULL without memory. */
char *mzg_path_join(const char *folder, const char *name);

/* Whether folder has something of this name. Also where that cannot be told: reading it says what is wrong. */
bool mzg_path_has(const char *folder, const char *name);

/* Whether it is a folder, or leads to one. */
bool mzg_path_is_folder(const char *path);

/* ---- input ---- */

struct mzg_file {
    int fd;        /* -1: closed */
    uint64_t size; /* when opened */
    char *path;    /* for messages */
};

/* Opens a regular file for reading; anything else (a folder, a FIFO) is MZG_IO. */
enum mzg_code mzg_file_open(struct mzg_file *f, const char *path, struct mzg_err *e) MZG_MUST;
/* The same for a confined path inside d. */
enum mzg_code mzg_file_open_at(struct mzg_file *f, const struct mzg_dir *d, const char *rel,
                               struct mzg_err *e) MZG_MUST;
void mzg_file_close(struct mzg_file *f); /* fine on a closed or zeroed one with fd -1 */

/* Exactly n bytes at offset; a short file is MZG_MALFORMED with the offset. Any thread. */
enum mzg_code mzg_file_read(const struct mzg_file *f, uint64_t offset, void *data, size_t n,
                            struct mzg_err *e) MZG_MUST;

/* Has the system begin to read these bytes, which may lie beyond the end; a hint. */
void mzg_file_soon(const struct mzg_file *f, uint64_t offset, uint64_t n);

/* Has the system drop what it keeps of the file in memory, as far as it is on the disk: what is read next
 * comes from the disk. A hint. */
void mzg_file_forget(const struct mzg_file *f);

/* A whole small file; *data is malloc'd with a NUL behind it. MZG_LIMIT beyond max bytes. */
enum mzg_code mzg_file_load(const char *path, size_t max, char **data, size_t *len,
                            struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_file_load_at(const struct mzg_dir *d, const char *rel, size_t max, char **data,
                               size_t *len, struct mzg_err *e) MZG_MUST;

/* ---- output ---- */

struct mzg_output {
    int fd;          /* -1: closed */
    int dirfd;       /* of the folder that holds it */
    char *name;      /* final name in that folder */
    char *temp;      /* temporary name in that folder */
    char *path;      /* for messages */
    uint64_t length; /* bytes appended so far */
    bool reserved;   /* space beyond length may have been set aside */
    bool kept;       /* abandoning it leaves the temporary file where it is */
};

/* Behind the final name, for what is kept: the output so far, and the journal of it (model/journal.h). */
#define MZG_PART ".mzg-part"
#define MZG_JOURNAL ".mzg-journal"

/* mode 0666 or 0600 (secret keys), as umask allows. MZG_IO where the final name is something other
 * than a regular file: a folder, a device; a link to a file, or to nothing, is itself replaced. */
enum mzg_code mzg_output_open(struct mzg_output *o, const char *path, unsigned mode,
                              struct mzg_err *e) MZG_MUST;
/* The same for a confined path inside d; makes the folders on the way. */
enum mzg_code mzg_output_open_at(struct mzg_output *o, const struct mzg_dir *d, const char *rel,
                                 unsigned mode, struct mzg_err *e) MZG_MUST;

/* The same as mzg_output_open, but the temporary file is the final name and suffix, is opened as it was
 * left, and stays when the output is abandoned. MZG_IO: another run is writing it, or it is no regular
 * file (links are not followed). Opening the output in the other way removes what was kept. suffix "": the
 * final file itself, to be changed in its place; close it by abandon. */
enum mzg_code mzg_output_open_kept(struct mzg_output *o, const char *path, const char *suffix,
                                   unsigned mode, struct mzg_err *e) MZG_MUST;
/* The same for a confined path inside d; makes the folders on the way. */
enum mzg_code mzg_output_open_kept_at(struct mzg_output *o, const struct mzg_dir *d, const char *rel,
                                      const char *suffix, unsigned mode, struct mzg_err *e) MZG_MUST;
/* Bytes of the disk that what was kept takes already: it may be nearly whole. */
uint64_t mzg_output_held(const struct mzg_output *o);
/* Whether both would get one final name in one folder. */
bool mzg_output_same(const struct mzg_output *a, const struct mzg_output *b);
/* Bytes that are there. */
enum mzg_code mzg_output_size(const struct mzg_output *o, uint64_t *size, struct mzg_err *e) MZG_MUST;
/* Reads back n bytes at offset; *there: whether the file has so many. Any thread. */
enum mzg_code mzg_output_read(const struct mzg_output *o, uint64_t offset, void *data, size_t n,
                              bool *there, struct mzg_err *e) MZG_MUST;
/* Leaves the first `size` bytes only. */
enum mzg_code mzg_output_cut(const struct mzg_output *o, uint64_t size, struct mzg_err *e) MZG_MUST;
/* Waits until all that was written is on the disk; of what is kept, its name too. */
enum mzg_code mzg_output_sync(const struct mzg_output *o, struct mzg_err *e) MZG_MUST;

/* Refuses with MZG_IO and both numbers when fewer than `bytes` can be written here, and reserves
 * them where the file system can. Call before the first write of anything large. */
enum mzg_code mzg_output_reserve(struct mzg_output *o, uint64_t bytes, struct mzg_err *e) MZG_MUST;

/* Appends. Not for several threads. */
enum mzg_code mzg_output_write(struct mzg_output *o, const void *data, size_t n,
                               struct mzg_err *e) MZG_MUST;
/* Writes at an offset, leaves `length` alone. Any thread. */
enum mzg_code mzg_output_write_at(const struct mzg_output *o, uint64_t offset, const void *data,
                                  size_t n, struct mzg_err *e) MZG_MUST;

/* Syncs, renames onto the final name (replacing what is there), syncs the folder, closes. */
enum mzg_code mzg_output_commit(struct mzg_output *o, struct mzg_err *e) MZG_MUST;
/* Removes the temporary file, unless it is kept; fine after commit and on a closed one with fd -1. */
void mzg_output_abandon(struct mzg_output *o);
/* A whole small file, the counterpart of mzg_file_load_at. */
enum mzg_code mzg_file_save_at(const struct mzg_dir *d, const char *rel, const void *data, size_t n,
                               struct mzg_err *e) MZG_MUST;
/* Removes what killed runs left of any output in d under temporary names, but not below it; also what they
 * kept of NAME under NAME and suffix, where wanted(ctx, NAME) is false (wanted NULL: all that is kept stays).
 * Runs that are still writing are left alone. Returns how many there were. */
size_t mzg_output_sweep(const struct mzg_dir *d, const char *suffix,
                        bool (*wanted)(void *ctx, const char *name), void *ctx);
/* Removes it also when it is kept. */
void mzg_output_discard(struct mzg_output *o);

#endif
