#include "size_label.h"

#include <stdio.h>
#include <string.h>

static uint64_t elements(const struct mzg_model_tensor *t)
{
    return t->ne[0] * t->ne[1] * t->ne[2] * t->ne[3];
}

uint64_t mzg_model_weights(const struct mzg_model *m)
{
    uint64_t n = 0;

    for (size_t i = 0; i < m->n_tensors; i++)
        n += elements(&m->tensors[i]);
    return n;
}

static void put_number(char *out, size_t room, uint64_t n)
{
    static const struct { uint64_t unit; char suffix; } units[] = {
        {1000000000000u, 'T'}, {1000000000u, 'B'}, {1000000u, 'M'}, {1000u, 'K'},
    };
    size_t u = 0;

    while (units[u].unit > 1000 && n <= units[u].unit)
        u++;
    uint64_t unit = units[u].unit, whole = n / unit + (n % unit >= unit - unit / 2);
    if (whole >= 10)
        snprintf(out, room, "%llu%c", (unsigned long long)whole, units[u].suffix);
    else if (whole >= 1)
        snprintf(out, room, "%llu.%llu%c", (unsigned long long)((n + unit / 20) / unit),
                 (unsigned long long)((n + unit / 20) % unit / (unit / 10)), units[u].suffix);
    else
        snprintf(out, room, "0.%02llu%c", (unsigned long long)((n + unit / 200) / (unit / 100)),
                 units[u].suffix);
}

void mzg_size_label(const struct mzg_model *m, char out[MZG_SIZE_LABEL])
{
    uint64_t one = 0, experts = 0, stacks = 0; /* one: shared weights and one expert's of each stack */

    for (size_t i = 0; i < m->n_tensors; i++) {
        const struct mzg_model_tensor *t = &m->tensors[i];
        uint64_t stacked = t->n_dims > 1 && strstr(t->name, "_exps.") ? t->ne[t->n_dims - 1] : 0;
        one += stacked ? elements(t) / stacked : elements(t);
        experts += stacked;
        stacks += stacked != 0;
    }
    out[0] = '\0';
    if (stacks > 0)
        snprintf(out, MZG_SIZE_LABEL, "%llux", (unsigned long long)(experts / stacks));
    if (m->n_tensors > 0)
        put_number(out + strlen(out), MZG_SIZE_LABEL - strlen(out), one);
}
