/* facts.h: what a manifest tells of the model in it. */
#ifndef MZG_PAGE_FACTS_H
#define MZG_PAGE_FACTS_H

#include "bundle/manifest.h"
#include <stdbool.h>

struct mzg_facts {
    const struct mzg_member *main;  /* the file to download first: the largest GGUF, else the largest; NULL: there
                                     * are no files */
    bool is_model;                  /* main is a GGUF */
    bool is_split;                  /* main is one of several parts that only work together */
    uint64_t model_bytes;           /* of main, with its other parts */
    const char *type;               /* "Q4_K_M", one of mzigo's recipes, or NULL */
    const char *kind;               /* "llama", or NULL */
    const char *languages;          /* "sw en", or NULL */
    uint64_t parameters, context;   /* 0: not known */
    bool chats;                     /* it has a template for conversations */
};

/* The same of any file of m's, as if it were main. Points into m. */
void mzg_facts_of(struct mzg_facts *f, const struct mzg_manifest *m, const struct mzg_member *file);

/* Points into m. */
void mzg_facts_find(struct mzg_facts *f, const struct mzg_manifest *m);

#endif
