#include "families_fixture.h"
#include "model/arch/model.h"
#include "kernels/kernels.h"

/* Each family by a folder as small as there can be: what becomes of its names, shapes, rows and keys, and what it
 * refuses. */

/* ---- writing ---- */

/* text with from replaced, where it has it. */
static const char *changed(char out[TEXT], const char *text, const char *from, const char *to)
{
    const char *p = from ? strstr(text, from) : NULL;

    if (!p)
        return text;
    int n = snprintf(out, TEXT, "%.*s%s%s", (int)(p - text), text, to, p + strlen(from));
    assert_true(n > 0 && (size_t)n < TEXT);
    return out;
}

static char said[512]; /* the last notice */

static void keep_notice(void *ctx, const char *text)
{
    (void)ctx;
    snprintf(said, sizeof said, "%s", text);
}

static enum mzg_code open_family(struct mzg_model *m, const struct family *f, const char *from, const char *to,
                                 struct mzg_err *e)
{
    static char config[TEXT], tensors[TEXT];
    const struct mzg_notify notify = {keep_notice, NULL};
    const struct mzg_model_options opt = {.notify = &notify};
    char scratch[SCRATCH_PATH], path[SCRATCH_PATH + 8];

    said[0] = '\0';
    make_scratch(scratch);
    const char *c = changed(config, f->config, from, to), *t = changed(tensors, f->tensors, from, to);
    if (from && c == f->config && t == f->tensors)
        fail_msg("%s: '%s' is nowhere", f->name, from);
    put_file(scratch, "m/config.json", c, strlen(c));
    put_file(scratch, "m/tokenizer.model", tiny_tokenizer, sizeof tiny_tokenizer);
    put_weights(scratch, t);
    snprintf(path, sizeof path, "%s/m", scratch);
    enum mzg_code code = mzg_model_open(m, path, &opt, e);
    remove_scratch(scratch);
    return code;
}

/* ---- telling ---- */

struct told {
    char text[TEXT];
    size_t len;
};

static void tell(struct told *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void tell(struct told *t, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int n = vsnprintf(t->text + t->len, TEXT - t->len, format, args);
    va_end(args);
    assert_true(n >= 0 && (size_t)n < TEXT - t->len);
    t->len += (size_t)n;
}

static float value_at(const struct mzg_model_tensor *mt, uint64_t i)
{
    struct mzg_kernels kernels;
    struct mzg_scratch s = {.kernels = &kernels};
    struct mzg_err e = {0};
    float x = 0;

    if (!mt->made)
        return mt->values[i];
    mzg_kernels_init(&kernels, 0);
    if (mzg_values_get(mt->made, &s, i, 1, &x, &e) != MZG_OK)
        fail_msg("%s: %s", mt->name, e.msg);
    mzg_scratch_clear(&s);
    return x;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct mzg_model_tensor *)a)->name, ((const struct mzg_model_tensor *)b)->name);
}

static void tell_tensors(struct told *t, struct mzg_model *m)
{
    qsort(m->tensors, m->n_tensors, sizeof *m->tensors, by_name);
    for (size_t i = 0; i < m->n_tensors; i++) {
        const struct mzg_model_tensor *mt = &m->tensors[i];
        uint64_t rows = mt->ne[1] * mt->ne[2] * mt->ne[3], step = rows > 1 ? mt->ne[0] : 1;
        tell(t, "%s", mt->name);
        for (unsigned d = 0; d < mt->n_dims; d++)
            tell(t, "%c%llu", d ? ',' : ' ', (unsigned long long)mt->ne[d]);
        tell(t, mt->made || mt->values ? " :" : "");
        uint64_t n = rows > 1 ? rows : mt->ne[0];
        for (uint64_t r = 0; (mt->made || mt->values) && r < n && r < 8; r++)
            tell(t, " %g", (double)value_at(mt, r * step));
        tell(t, "\n");
    }
}

static void tell_number(struct told *t, enum mzg_kv_type type, const uint8_t *p)
{
    uint32_t u;
    float x;

    memcpy(&u, p, type == MZG_KV_BOOL ? 1 : 4);
    memcpy(&x, p, type == MZG_KV_BOOL ? 1 : 4);
    if (type == MZG_KV_F32)
        tell(t, " %.7gf", (double)x);
    else
        tell(t, type == MZG_KV_BOOL ? (*p ? " true" : " false") : " %u", u);
}

static void tell_texts(struct told *t, const struct mzg_kv *kv)
{
    const uint8_t *p = kv->value;

    for (uint64_t i = 0, n; i < kv->count; i++, p += 8 + n) {
        memcpy(&n, p, sizeof n);
        tell(t, " %.*s", (int)n, (const char *)p + 8);
    }
}

static void tell_keys(struct told *t, const struct mzg_model *m)
{
    size_t n = strlen(m->arch);

    for (size_t i = 0; i < m->kvs.count; i++) {
        const struct mzg_kv *kv = &m->kvs.items[i];
        if (strncmp(kv->key, m->arch, n) != 0 || kv->key[n] != '.')
            continue;
        tell(t, "%s", kv->key + n + 1);
        if (kv->type == MZG_KV_STRING)
            tell(t, " %.*s", (int)(kv->size - 8), (const char *)kv->value + 8);
        else if (kv->type == MZG_KV_ARRAY && kv->elem == MZG_KV_STRING)
            tell_texts(t, kv);
        else if (kv->type == MZG_KV_ARRAY)
            for (uint64_t j = 0; j < kv->count; j++)
                tell_number(t, kv->elem, kv->value + j * mzg_kv_type_size(kv->elem));
        else
            tell_number(t, kv->type, kv->value);
        tell(t, "\n");
    }
}

/* ---- cases ---- */

static const struct family *find_family(const char *name)
{
    for (size_t i = 0; i < FAMILIES; i++) {
        if (strcmp(families[i].name, name) == 0)
            return &families[i];
    }
    fail_msg("no family '%s'", name);
    return NULL;
}

static void each_gets_its_names_shapes_rows_and_keys(void **state)
{
    static struct told tensors, keys;

    (void)state;
    for (size_t i = 0; i < FAMILIES; i++) {
        const struct family *f = &families[i];
        struct mzg_err e = {0};
        struct mzg_model m;
        if (open_family(&m, f, NULL, NULL, &e) != MZG_OK)
            fail_msg("%s: %s", f->name, e.msg);
        tensors.len = keys.len = 0;
        tell_tensors(&tensors, &m);
        tell_keys(&keys, &m);
        if ((f->made && strcmp(tensors.text, f->made) != 0) || strcmp(keys.text, f->keys) != 0)
            print_message("%s:\n%s%s", f->name, f->made ? tensors.text : "", keys.text);
        if (f->made)
            assert_string_equal(tensors.text, f->made);
        assert_string_equal(keys.text, f->keys);
        mzg_model_close(&m);
    }
}

static void each_refuses_what_it_cannot_express(void **state)
{
    (void)state;
    for (size_t i = 0; i < REFUSALS; i++) {
        const struct refusal *r = &refusals[i];
        struct mzg_err e = {0};
        struct mzg_model m;
        enum mzg_code code = open_family(&m, find_family(r->family), r->from, r->to, &e);
        if (code == MZG_OK)
            mzg_model_close(&m);
        if (code != r->code || (r->item && !strstr(code == MZG_OK ? said : e.msg, r->item)))
            fail_msg("%s with '%s': status %d, '%s'", r->family, r->to, code, code == MZG_OK ? said : e.msg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_gets_its_names_shapes_rows_and_keys),
        cmocka_unit_test(each_refuses_what_it_cannot_express),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
