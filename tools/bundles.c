#include "bundles.h"
#include "bundle/name.h"
#include "report.h"
#include "term.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- dates ---- */

const char *mzg_date_whole(char out[MZG_DATE], const char *text)
{
    if (!text || strlen(text) != sizeof "2026-11-23" - 1)
        return text;
    snprintf(out, MZG_DATE, "%sT00:00:00Z", text);
    return out;
}

static enum mzg_code write_date(char out[MZG_DATE], time_t t, struct mzg_err *e)
{
    struct tm tm;
    if (!gmtime_r(&t, &tm) || strftime(out, MZG_DATE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "the date is beyond the year 9999");
    return MZG_OK;
}

enum mzg_code mzg_date_now(char out[MZG_DATE], struct mzg_err *e)
{
    return write_date(out, time(NULL), e);
}

enum mzg_code mzg_date_of_build(char out[MZG_DATE], struct mzg_err *e)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    long long seconds;
    char *end, q[MZG_QUOTE];
    if (!epoch)
        return mzg_date_now(out, e);
    errno = 0;
    seconds = strtoll(epoch, &end, 10);
    if (errno || end == epoch || *end || seconds < 0)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET,
                        "SOURCE_DATE_EPOCH is not a number of seconds: '%s'", mzg_quote(q, epoch));
    return write_date(out, (time_t)seconds, e);
}

/* ---- trust ---- */

enum mzg_code mzg_trust_read(struct mzg_trust *trust, const struct mzg_args *a, char now[MZG_DATE],
                             struct mzg_err *e)
{
    const char *at = mzg_args_text(a, "at");
    char q[MZG_QUOTE];
    *trust = (struct mzg_trust){.now = at ? mzg_date_whole(now, at) : now};
    trust->n_keys = mzg_args_list(a, "trust", &trust->keys);
    if (!at)
        return mzg_date_now(now, e);
    if (!mzg_date_valid(trust->now))
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET,
                        "option --at takes a date like 2026-11-23 or 2026-11-23T08:00:00Z, not '%s'",
                        mzg_quote(q, at));
    return MZG_OK;
}

/* ---- descriptions ---- */

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
    if (info->chosen_files) {
        mzg_table_cell(t, "chosen");
        mzg_table_cell(t, "%s in %s", mzg_size_text(size, info->chosen_bytes),
                       mzg_count_text(count, info->chosen_files, "file"));
    }
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
    char name[MZG_QUOTE], version[MZG_QUOTE], partial[80];
    struct mzg_table t;
    enum mzg_code code;
    printf("%s: %s %s\n", heading, mzg_quote(name, info->name), mzg_quote(version, info->version));
    mzg_table_init(&t, "ll");
    sizes(&t, info);
    if (info->files_left_out > 0) {
        snprintf(partial, sizeof partial, "%llu of %llu files are here", (unsigned long long)info->files,
                 (unsigned long long)(info->files + info->files_left_out));
        line(&t, "partial", partial);
    }
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
    mzg_report_number(o, "files_left_out", info->files_left_out);
    if (info->chosen_files) {
        mzg_report_number(o, "chosen_files", info->chosen_files);
        mzg_report_number(o, "chosen_bytes", info->chosen_bytes);
    }
    mzg_report_number(o, "chunks", info->chunks);
    mzg_report_number(o, "objects", info->objects);
    mzg_report_number(o, "content_bytes", info->content_bytes);
    mzg_report_number(o, "stored_bytes", info->stored_bytes);
}
