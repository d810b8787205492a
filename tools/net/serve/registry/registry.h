/* registry.h: the face of the registry: the protocol by which ollama, oras, skopeo and the like fetch (OCI
 * distribution 1.1, reading only). Each name of a bundle is a repository, mzigo/NAME; what it says of a bundle is
 * laid down in SPEC.md, "As images".
 *
 *   /v2/                                       yes, this is a registry
 *   /v2/mzigo/NAME/tags/list                   the versions                       tags
 *   /v2/mzigo/NAME/manifests/TAG               a bundle's image, or one of its models as Ollama wants it   images
 *   /v2/mzigo/NAME/manifests/sha256:HEX        the same
 *   /v2/mzigo/NAME/blobs/sha256:HEX            a file, or a text that only images name                     blobs
 *
 *   reference   what a URL means      versions   what a name and a tag mean
 *   texts       where the text with a digest comes from
 *
 * NAME may be in small letters and with '_' for '+', since clients take no others, where that means one bundle
 * only. Tags: VERSION ('_' for '+'), latest, and for clients that run one model (those that ask for Docker's
 * manifest) also a type of quantization, q4_k_m, and VERSION-q4_k_m. latest is the newest version that a page
 * would offer: neither expired nor damaged. With trusted keys, what none of them signed is not there.
 *
 * Ollama asks for a blob without a range, only to learn its address, and hangs up: it takes that from the field
 * Location, which therefore every blob's answer has. */
#ifndef MZG_REGISTRY_REGISTRY_H
#define MZG_REGISTRY_REGISTRY_H

#include "tools/net/serve/exchange.h"

/* Answers what begins with /v2/. */
enum MHD_Result mzg_registry_answer(struct mzg_exchange *x, const char *path);

/* 404 with a code of the specification's: "MANIFEST_UNKNOWN". */
enum MHD_Result mzg_registry_refuse(struct mzg_exchange *x, const char *code, const char *message);

#endif
