#include "facts.h"
#include "grades.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- files ---- */

static bool ends_in(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcasecmp(text + n - m, end) == 0;
}

/* "model-00002-of-00003.gguf": the length of what the parts have in common, before "-00002"; 0: no part. */
static size_t part_stem(const char *path)
{
    static const char shape[] = "-#####-of-#####.gguf";
    size_t n = strlen(path), m = sizeof shape - 1;
    if (n <= m)
        return 0;
    for (size_t i = 0; i < m; i++) {
        char c = path[n - m + i];
        if (shape[i] == '#' ? c < '0' || c > '9' : c != shape[i])
            return 0;
    }
    return n - m;
}

static const struct mzg_member *find_main(const struct mzg_manifest *m)
{
    const struct mzg_member *main = NULL;
    bool main_is_model = false;
    for (size_t i = 0; i < m->n_files; i++) {
        const struct mzg_member *file = &m->files[i];
        bool is_model = ends_in(file->path, ".gguf");
        if (!main || is_model > main_is_model || (is_model == main_is_model && file->size > main->size)) {
            main = file;
            main_is_model = is_model;
        }
    }
    return main;
}

/* Of one of several parts, the first: what is known of the model is noted of that. */
static const struct mzg_member *first_part(const struct mzg_manifest *m, const struct mzg_member *file)
{
    size_t stem = part_stem(file->path);
    for (size_t i = 0; stem > 0 && i < m->n_files; i++) {
        const char *path = m->files[i].path;
        if (part_stem(path) == stem && strncmp(path, file->path, stem) == 0 &&
            strncmp(path + stem, "-00001", 6) == 0)
            return &m->files[i];
    }
    return file;
}

static void add_parts(struct mzg_facts *f, const struct mzg_manifest *m)
{
    size_t stem = f->is_model ? part_stem(f->main->path) : 0;
    f->model_bytes = f->main->size;
    f->is_split = stem > 0 && !ends_in(f->main->path, "-of-00001.gguf");
    for (size_t i = 0; stem > 0 && i < m->n_files; i++) {
        const struct mzg_member *file = &m->files[i];
        if (file == f->main || part_stem(file->path) != stem ||
            strncmp(file->path, f->main->path, stem) != 0)
            continue;
        f->model_bytes += file->size; /* content_bytes holds the sum of all, so it fits */
    }
}

/* ---- notes ---- */

/* What pack noted of main under this key: "FILE: KEY". */
static const char *note(const struct mzg_facts *f, const struct mzg_manifest *m, const char *key)
{
    size_t n = strlen(f->main->path);
    for (size_t i = 0; i < m->n_provenance; i++) {
        const struct mzg_note *p = &m->provenance[i];
        if (p->text && *p->text && strncmp(p->key, f->main->path, n) == 0 &&
            strncmp(p->key + n, ": ", 2) == 0 && strcmp(p->key + n + 2, key) == 0)
            return p->text;
    }
    return NULL;
}

/* Digits and nothing else; 0 for all that is no number. */
static uint64_t number(const char *text)
{
    return text && *text && strlen(text) <= 18 && text[strspn(text, "0123456789")] == '\0'
               ? strtoull(text, NULL, 10)
               : 0;
}

/* ---- */

void mzg_facts_of(struct mzg_facts *f, const struct mzg_manifest *m, const struct mzg_member *file)
{
    *f = (struct mzg_facts){.main = file, .is_model = ends_in(file->path, ".gguf")};
    add_parts(f, m);
    if (!f->is_model)
        return;
    f->type = mzg_grade_type(note(f, m, "model.type"));
    if (!f->type)
        f->type = mzg_grade_type(note(f, m, "mzigo.convert.to"));
    if (!f->type)
        f->type = mzg_grade_type_within(f->main->path);
    f->kind = note(f, m, "model.architecture");
    f->languages = note(f, m, "model.languages");
    f->parameters = number(note(f, m, "model.parameters"));
    f->context = number(note(f, m, "model.context_length"));
    f->chats = note(f, m, "model.chat_template") != NULL;
}

void mzg_facts_find(struct mzg_facts *f, const struct mzg_manifest *m)
{
    const struct mzg_member *main = find_main(m);
    *f = (struct mzg_facts){.main = NULL};
    if (main)
        mzg_facts_of(f, m, first_part(m, main));
}
