/* opened.h: what the rooms behind bundle.h share: an opened bundle, and a verified one. */
#ifndef MZG_BUNDLE_OPENED_H
#define MZG_BUNDLE_OPENED_H

#include "archive.h"
#include "bundle.h"

struct mzg_bundle {
    char *location; /* as given, for messages */
    char name[MZG_NAME_MAX + 1];
    char version[MZG_NAME_MAX + 1]; /* as the paths spell them */
    struct mzg_documents documents;
    struct mzg_dir dir;               /* fd -1: an archive */
    struct mzg_folder_objects folder;
    struct mzg_archive *archive;      /* NULL: a folder */
};

struct mzg_verified {
    struct mzg_bundle *bundle;
    struct mzg_manifest manifest;
    const struct mzg_key *signer; /* one of the policy's */
    struct mzg_objects *objects;
    bool *wanted;                 /* one per file (choose.h); NULL: all are */
};

/* Puts "LOCATION: NAME@VERSION: " before the message. */
enum mzg_code mzg_opened_prefix(const struct mzg_bundle *b, struct mzg_err *e);

#endif
