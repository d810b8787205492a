/* hub.h: the face of the room that speaks the API of the Hugging Face hub, for clients that are told another
 * endpoint and otherwise left as they are: huggingface_hub (HF_ENDPOINT), @huggingface/hub (hubUrl), llama.cpp's
 * -hf (MODEL_ENDPOINT or HF_ENDPOINT). SPEC.md, "The hub's API", has the mapping.
 *
 *   /api/models                                     the models: search, author, filter, limit
 *   /api/models/mzigo/NAME[/revision/REV]           one of them
 *   /api/models/mzigo/NAME/refs                     its versions
 *   /api/models/mzigo/NAME/tree/REV[/FOLDER]        its files: recursive, expand
 *   /api/models/mzigo/NAME/paths-info/REV           some of them, by POST
 *   /mzigo/NAME/resolve/REV/FILE, .../raw/REV/FILE  a file; the text that stands for it in git
 *
 *   address   what a URL asks for     model   which bundle that is     oid    git's ids, and commits
 *   info      what a bundle is        tree    what it holds            form, query   the rest of a request
 *   reply     JSON answers, and the hub's way to say what is missing
 *
 * REV is `main` (the newest version that may be offered; `HEAD` too), a VERSION, or a commit. All is answered
 * from the manifests, so a file is only touched when it is sent. */
#ifndef MZG_NET_SERVE_HUB_HUB_H
#define MZG_NET_SERVE_HUB_HUB_H

#include "tools/net/serve/exchange.h"

/* "/api/models", "/api/models/...", "/mzigo/..." */
enum MHD_Result mzg_hub_answer_list(struct mzg_exchange *x, const char *path);
enum MHD_Result mzg_hub_answer(struct mzg_exchange *x, const char *path);
enum MHD_Result mzg_hub_answer_file(struct mzg_exchange *x, const char *path);

/* Whether the path is that of paths-info. */
bool mzg_hub_takes_body(const char *path);

#endif
