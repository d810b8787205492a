/* genai_made.h: folders of the model that genai_by_hand.h writes, as it is or with one place changed, and what opening one
 * gives. */
#ifndef MZG_TESTS_GENAI_MADE_H
#define MZG_TESTS_GENAI_MADE_H

#include "genai_by_hand.h"
#include "made_folder.h"

struct mutation {
    const char *name, *from, *to; /* in genai_config.json; NULL: as it is */
    enum genai_graph graph;
    enum mzg_code code;
    const char *item;
};

static const struct mutation good = {"good", NULL, NULL, GENAI_GOOD, MZG_OK, ""};

struct made {
    char config[TINY_MAX];
    struct message model;
    char path[64];
    struct refused r;
};

static inline void make(struct made *m, const struct mutation *mu)
{
    memset(m, 0, sizeof *m);
    replace(m->config, genai_config, mu->from, mu->to, NULL);
    put_genai_model(&m->model, mu->graph);
    snprintf(m->path, sizeof m->path, "genai/%s/", mu->name);
    m->r = (struct refused){m->path, "genai/good", mu->code, mu->item, MZG_NO_OFFSET, "convert"};
}

static inline void files_of(const struct made *m, struct made_file files[MADE_FILES])
{
    made_files(files, m->path, "genai_config.json", m->config, "model.onnx", m->model.data, m->model.n);
}

static inline enum mzg_code open_made(struct mzg_model *model, const struct made *m, struct notices *notices,
                                      struct mzg_err *e)
{
    struct made_file files[MADE_FILES];

    files_of(m, files);
    return open_files(model, m->path, files, notices, e);
}

#endif
