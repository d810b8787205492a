/* zip.h: where the entries of a zip archive lie in its file.
 *
 * For archives whose entries are stored as they are, and read in place at their offsets. libzip (1.7, as
 * Debian 12 has it) does not say where an entry's data begins, so this is a reader of our own: of the
 * central directory, which is what counts, and of each entry's local header, which has to say the same.
 * Nothing is decompressed. Refused: an archive that is not the whole file, one of several disks, encrypted
 * entries, two of one name, names that are no confined paths, entries that overlap or leave the file. CRCs
 * are not checked: those that write checkpoints may leave them out. */
#ifndef MZG_MODEL_ZIP_H
#define MZG_MODEL_ZIP_H

#include "../../base/arena.h"
#include "../../base/file.h"
#include "names.h"

#define MZG_ZIP_ENTRIES_MAX ((uint64_t)1 << 18)
#define MZG_ZIP_DIRECTORY ((size_t)32 << 20) /* bytes of a central directory */

struct mzg_zip_entry {
    const char *name; /* as mzg_path_confined has it; a folder's ends in '/' */
    uint64_t header;  /* offset of its local header in the file, for messages */
    uint64_t data;    /* offset of its bytes in the file, and how many they are there */
    uint64_t size;
    bool stored;      /* as they are; else compressed in some way */
};

struct mzg_zip {
    struct mzg_zip_entry *entries; /* in the order of the file */
    size_t n;
    struct mzg_name *by_name;      /* n, sorted */
};

/* Everything lives in a, also after an error. MZG_MALFORMED with the byte in the file; MZG_UNSUPPORTED:
 * encrypted, several disks; MZG_LIMIT: more entries or bytes of directory than above. */
enum mzg_code mzg_zip_open(struct mzg_zip *z, const struct mzg_file *f, struct mzg_arena *a,
                           struct mzg_err *e) MZG_MUST;

/* The entry of this name, or NULL. */
const struct mzg_zip_entry *mzg_zip_find(const struct mzg_zip *z, const char *name);

#endif
