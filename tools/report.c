#include "report.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static bool failed; /* sticky: an entry could not be made */

static void set(json_t *o, const char *key, json_t *value)
{
    if (json_object_set_new(o, key, value))
        failed = true;
}

static void append(json_t *list, json_t *value)
{
    if (json_array_append_new(list, value))
        failed = true;
}

static json_t *text_value(const char *text)
{
    char q[MZG_QUOTE];
    json_t *v;
    if (!text)
        return json_null();
    v = json_string(text); /* NULL when it is not UTF-8 */
    return v ? v : json_string(mzg_quote(q, text));
}

void mzg_report_text(json_t *o, const char *key, const char *text)
{
    set(o, key, text_value(text));
}

void mzg_report_number(json_t *o, const char *key, uint64_t v)
{
    set(o, key, json_integer((json_int_t)v));
}

void mzg_report_real(json_t *o, const char *key, double v)
{
    set(o, key, isfinite(v) ? json_real(v) : json_null());
}

void mzg_report_flag(json_t *o, const char *key, bool v)
{
    set(o, key, json_boolean(v));
}

/* What a caller gets when memory is out: it takes entries, and set() below it fails harmlessly. */
static json_t *kept(json_t *v)
{
    if (v)
        return v;
    failed = true;
    return json_null();
}

json_t *mzg_report_list(json_t *o, const char *key)
{
    json_t *v = json_array();
    set(o, key, v);
    return kept(v ? json_object_get(o, key) : NULL);
}

json_t *mzg_report_object(json_t *o, const char *key)
{
    json_t *v = json_object();
    set(o, key, v);
    return kept(v ? json_object_get(o, key) : NULL);
}

json_t *mzg_report_row(json_t *list)
{
    size_t n = json_array_size(list);
    append(list, json_object());
    return kept(json_array_get(list, n));
}

void mzg_report_value(json_t *o, const char *key, json_t *value)
{
    set(o, key, value);
}

void mzg_report_row_value(json_t *list, json_t *value)
{
    append(list, value);
}

void mzg_report_row_text(json_t *list, const char *text)
{
    append(list, text_value(text));
}

void mzg_report_row_number(json_t *list, uint64_t v)
{
    append(list, json_integer((json_int_t)v));
}

void mzg_report_error(json_t *o, const struct mzg_err *err)
{
    json_t *j = mzg_report_object(o, "error");
    mzg_report_number(j, "status", (uint64_t)err->code);
    mzg_report_text(j, "code", mzg_code_text(err->code));
    mzg_report_text(j, "message", err->msg);
    if (err->offset != MZG_NO_OFFSET)
        mzg_report_number(j, "offset", err->offset);
}

enum mzg_code mzg_report_print(const json_t *o, struct mzg_err *e)
{
    if (failed || json_dumpf(o, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9)))
        return ferror(stdout) ? mzg_fail_errno(e, "standard output")
                              : mzg_fail_memory(e, "JSON output");
    putchar('\n');
    return MZG_OK;
}
