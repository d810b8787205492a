#include "model.h"
#include "tools/net/serve/page/facts.h"
#include "tools/net/serve/page/grades.h"
#include <string.h>

bool mzg_model_is(const struct mzg_manifest *m, const struct mzg_member *file)
{
    struct mzg_facts f;
    mzg_facts_of(&f, m, file);
    return f.is_model && !f.is_split && !strcasestr(file->path, "mmproj") && !strcasestr(file->path, "imatrix");
}

const char *mzg_model_grade(const struct mzg_manifest *m, const struct mzg_member *file)
{
    struct mzg_facts f;
    mzg_facts_of(&f, m, file);
    return f.type;
}

static const struct mzg_member *find(const struct mzg_manifest *m, const char *type)
{
    for (size_t i = 0; i < m->n_files; i++) {
        const struct mzg_member *file = &m->files[i];
        const char *has = mzg_model_is(m, file) ? mzg_model_grade(m, file) : NULL;
        if (has && strcmp(has, type) == 0)
            return file;
    }
    return NULL;
}

const struct mzg_member *mzg_model_choose(const struct mzg_manifest *m, const char *grade)
{
    const char *type = mzg_grade_type(grade);
    const struct mzg_member *file;
    if (grade)
        return type ? find(m, type) : NULL;
    if ((file = find(m, "Q4_K_M")) != NULL || (file = find(m, "Q8_0")) != NULL)
        return file;
    for (size_t i = 0; i < m->n_files; i++) {
        if (mzg_model_is(m, &m->files[i]))
            return &m->files[i];
    }
    return NULL;
}
