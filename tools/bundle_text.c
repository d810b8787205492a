#include "bundle_text.h"
#include "report.h"
#include "term.h"

static void line(struct mzg_table *t, const char *label, const char *text)
{
    char q[MZG_QUOTE];
    if (!text)
        return;
    mzg_table_cell(t, "%s", label);
    mzg_table_cell(t, "%s", mzg_quote(q, text));
}

static void sizes(struct mzg_table *t, const struct mzg_bundle_info *info)
{
    char size[MZG_SIZE], fresh[MZG_SIZE], count[MZG_COUNT];
    mzg_table_cell(t, "content");
    mzg_table_cell(t, "%s in %s", mzg_size_text(size, info->content_bytes),
                   mzg_count_text(count, info->files, "file"));
    mzg_table_cell(t, "stored");
    mzg_size_text(size, info->stored_bytes);
    mzg_count_text(count, info->objects, "object");
    if (info->new_bytes && info->new_bytes < info->stored_bytes)
        mzg_table_cell(t, "%s in %s, %s of it new", size, count,
                       mzg_size_text(fresh, info->new_bytes));
    else
        mzg_table_cell(t, "%s in %s", size, count);
}

enum mzg_code mzg_bundle_show(const char *heading, const struct mzg_bundle_info *info,
                              struct mzg_err *e)
{
    char name[MZG_QUOTE], version[MZG_QUOTE];
    struct mzg_table t;
    enum mzg_code code;
    printf("%s: %s %s\n", heading, mzg_quote(name, info->name), mzg_quote(version, info->version));
    mzg_table_init(&t, "ll");
    sizes(&t, info);
    line(&t, "created", info->created);
    line(&t, "expires", info->expires);
    line(&t, "licence", info->licence);
    line(&t, "key", info->key_id);
    code = mzg_table_print(&t, 2, e);
    mzg_table_clear(&t);
    return code;
}

void mzg_bundle_report(json_t *o, const struct mzg_bundle_info *info)
{
    mzg_report_text(o, "name", info->name);
    mzg_report_text(o, "version", info->version);
    mzg_report_number(o, "sequence", info->sequence);
    mzg_report_text(o, "created", info->created);
    mzg_report_text(o, "expires", info->expires);
    mzg_report_text(o, "licence", info->licence);
    mzg_report_text(o, "key_id", info->key_id);
    mzg_report_number(o, "files", info->files);
    mzg_report_number(o, "chunks", info->chunks);
    mzg_report_number(o, "objects", info->objects);
    mzg_report_number(o, "content_bytes", info->content_bytes);
    mzg_report_number(o, "stored_bytes", info->stored_bytes);
}
