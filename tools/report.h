/* report.h: the JSON object that a command prints with --json.
 *
 * Entries that cannot be made (memory) leave a sticky mark, and mzg_report_print fails: a document
 * that lacks something without saying so is never printed. Text that is not UTF-8 is escaped. */
#ifndef MZG_TOOLS_REPORT_H
#define MZG_TOOLS_REPORT_H

#include "base/error.h"
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

void mzg_report_text(json_t *o, const char *key, const char *text); /* NULL: null */
void mzg_report_number(json_t *o, const char *key, uint64_t v);
void mzg_report_real(json_t *o, const char *key, double v); /* not finite: null */
void mzg_report_flag(json_t *o, const char *key, bool v);

/* A new list in o; a new object at the end of a list; a new object in o. Never NULL: when memory is
 * out, one that nobody will print. They belong to what they are in. */
json_t *mzg_report_list(json_t *o, const char *key);
json_t *mzg_report_object(json_t *o, const char *key);
json_t *mzg_report_row(json_t *list);
/* A value of the caller's making, which is taken over; NULL: memory was out. */
void mzg_report_value(json_t *o, const char *key, json_t *value);
void mzg_report_row_value(json_t *list, json_t *value);
/* Text or number at the end of a list. */
void mzg_report_row_text(json_t *list, const char *text);
void mzg_report_row_number(json_t *list, uint64_t v);

/* {"error": {"status": 4, "code": "malformed input", "message": ..., "offset": 17}} */
void mzg_report_error(json_t *o, const struct mzg_err *err);

/* On standard output. */
enum mzg_code mzg_report_print(const json_t *o, struct mzg_err *e) MZG_MUST;

#endif
