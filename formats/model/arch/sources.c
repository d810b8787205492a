#include "sources.h"
#include "../../base/sha256.h"
#include "../meta/card.h"
#include <stdlib.h>
#include <string.h>

static enum mzg_code digest_file(const char *path, struct mzg_model_text *t, struct mzg_err *e)
{
    struct mzg_file f;
    enum mzg_code code = mzg_file_open(&f, path, e);

    if (code != MZG_OK)
        return code;
    t->size = f.size;
    code = mzg_sha256_file(&f, NULL, "", t->sha256, e);
    mzg_file_close(&f);
    return code;
}

enum mzg_code mzg_model_digest_file(struct mzg_model *m, const char *folder, const char *name, struct mzg_model_text *t,
                                    struct mzg_err *e)
{
    char *path = mzg_path_join(folder, name);

    t->name = mzg_arena_text(&m->arena, name, strlen(name));
    enum mzg_code code = path && t->name ? digest_file(path, t, e) : mzg_fail_memory(e, "digests");
    free(path);
    return code;
}

/* names: sorted here, and copied. */
static enum mzg_code digest_texts(struct mzg_model *m, const char *folder, const char **names,
                                  size_t n, struct mzg_err *e)
{
    struct mzg_name *sorted = mzg_arena_alloc(&m->arena, n, sizeof *sorted);
    enum mzg_code code = MZG_OK;

    m->texts = mzg_arena_alloc(&m->arena, n, sizeof *m->texts);
    if (!m->texts || !sorted)
        return mzg_fail_memory(e, "digests");
    for (size_t i = 0; i < n; i++)
        sorted[i] = (struct mzg_name){names[i], i};
    mzg_names_sort(sorted, n);
    for (size_t i = 0; i < n && code == MZG_OK; i++)
        code = mzg_model_digest_file(m, folder, sorted[i].name, &m->texts[i], e);
    m->n_texts = n;
    return code;
}

enum mzg_code mzg_model_digest(struct mzg_model *m, const char *folder, const struct mzg_vocab *v,
                                    const struct mzg_arch_files *files, struct mzg_err *e)
{
    size_t n = v ? v->n_files : 0;
    const char **names = calloc(n + MZG_ARCH_FILES + 2, sizeof *names);

    if (!names)
        return mzg_fail_memory(e, "digests");
    for (size_t i = 0; i < n; i++)
        names[i] = v->files[i];
    for (size_t i = 0; files && i < files->n; i++)
        names[n++] = files->names[i];
    if (m->has_card)
        names[n++] = MZG_CARD_NAME;
    if (m->weights.index)
        names[n++] = m->weights.index;
    enum mzg_code code = digest_texts(m, folder, names, n, e);
    free(names);
    return code;
}

enum mzg_code mzg_model_say(enum mzg_code code, const char *path, struct mzg_err *e)
{
    char q[MZG_QUOTE];

    return code == MZG_OK || code == MZG_IO ? code : mzg_prefix(e, "%s", mzg_quote(q, path));
}
