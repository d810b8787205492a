#include "outputs.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARK "{}"

/* Cuts o->types at its commas. */
static enum mzg_code split(struct mzg_outputs *o, struct mzg_err *e)
{
    for (char *p = o->types;;) {
        size_t len = strcspn(p, ",");
        bool last = p[len] == '\0';
        if (len == 0)
            return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "option --to: a type is missing beside a comma");
        if (o->n == MZG_CONVERT_OUTPUTS)
            return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "option --to: more than %d types",
                            MZG_CONVERT_OUTPUTS);
        p[len] = '\0';
        o->list[o->n++].to = p;
        if (last)
            return MZG_OK;
        p += len + 1;
    }
}

/* out with its marks replaced, at p; returns the byte behind it. */
static char *fill(char *p, const char *out, const char *type)
{
    while (*out) {
        if (strncmp(out, MARK, strlen(MARK)) == 0) {
            p = stpcpy(p, type);
            out += strlen(MARK);
        } else {
            *p++ = *out++;
        }
    }
    *p = '\0';
    return p + 1;
}

enum mzg_code mzg_outputs_parse(struct mzg_outputs *o, const char *to, const char *out,
                                struct mzg_err *e)
{
    char q[MZG_QUOTE];
    *o = (struct mzg_outputs){.n = 0};
    if (!to) {
        o->list[0].path = out;
        o->n = 1;
        return MZG_OK;
    }
    o->types = strdup(to);
    /* At most every other byte begins a mark. */
    o->paths = calloc(MZG_CONVERT_OUTPUTS, (strlen(out) + 1) * (strlen(to) + 1));
    if (!o->types || !o->paths)
        return mzg_fail_memory(e, "outputs");
    enum mzg_code code = split(o, e);
    if (!code && o->n > 1 && !strstr(out, MARK))
        code = mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET,
                        "several types: {} must stand for the type in --out, as in model-{}.gguf; '%s' "
                        "names one file", mzg_quote(q, out));
    char *p = o->paths;
    for (size_t i = 0; i < o->n && !code; i++) {
        o->list[i].path = p;
        p = fill(p, out, o->list[i].to);
    }
    return code;
}

void mzg_outputs_clear(struct mzg_outputs *o)
{
    free(o->types);
    free(o->paths);
    *o = (struct mzg_outputs){.n = 0};
}
