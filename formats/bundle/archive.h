/* archive.h: the single-file form of a bundle, a pax tar of the repository's tree.
 *
 * Members, and nothing else, in this order:
 *   bundles/NAME/VERSION/manifest.json, bundles/NAME/VERSION/manifest.dsse,
 *   objects/ab/abcd... in the order in which the manifest first names them,
 * then zeros. So it verifies while it streams by, and a reader knows each member's name and size
 * before it comes: a link, a device, a path that leaves the folder, a second member of one name or
 * one that the manifest does not list is refused because it is not the one that is due.
 *
 * libarchive is seen by this room only, with tar and without decompression. */
#ifndef MZG_BUNDLE_ARCHIVE_H
#define MZG_BUNDLE_ARCHIVE_H

#include "../base/progress.h"
#include "manifest.h"
#include "objects.h"

/* A bundle's signed documents, as bytes. */
struct mzg_documents {
    char *manifest;
    size_t manifest_len;
    char *envelope;
    size_t envelope_len;
};
void mzg_documents_clear(struct mzg_documents *d);

/* Writes the archive to o: the documents, and m's objects out of store, each checked against its
 * digest on the way. */
enum mzg_code mzg_archive_write(struct mzg_output *o, const struct mzg_manifest *m,
                                const struct mzg_documents *d, struct mzg_objects *store,
                                const struct mzg_run *run, struct mzg_err *e) MZG_MUST;

/* An archive being read: a store whose objects come in the manifest's order. One that has come by
 * can be asked for again. */
struct mzg_archive;

/* Opens it and reads the documents; name and version are those of their paths. Structure that is
 * not as above is MZG_MALFORMED, with the offset of the member's header. */
enum mzg_code mzg_archive_open(struct mzg_archive **a, const char *path, struct mzg_documents *d,
                               char name[MZG_NAME_MAX + 1], char version[MZG_NAME_MAX + 1],
                               struct mzg_err *e) MZG_MUST;
void mzg_archive_close(struct mzg_archive *a); /* NULL is fine */

/* Says what objects are to come; m must outlive the reading. Call once, before the first get. */
enum mzg_code mzg_archive_expect(struct mzg_archive *a, const struct mzg_manifest *m,
                                 struct mzg_err *e) MZG_MUST;
struct mzg_objects *mzg_archive_objects(struct mzg_archive *a);

/* After the last object: MZG_MALFORMED when anything but zeros follows. */
enum mzg_code mzg_archive_end(struct mzg_archive *a, struct mzg_err *e) MZG_MUST;

#endif
