/* settings.h: metadata that the user sets, over what the source says: "KEY=VALUE".
 *
 * A key that is there, or that the table in settings.c knows, has its type; any other says it:
 * "KEY=u32:5" (u8 i8 u16 i16 u32 i32 u64 i64 f32 f64 bool string strings; also before a known key's value,
 * which must then be of that type, and for a text that itself begins so: "string:u32:5"). strings are apart by commas.
 * Keys that decide what tensors or tokens mean, and those that mzigo writes itself, cannot be set. */
#ifndef MZG_MODEL_SETTINGS_H
#define MZG_MODEL_SETTINGS_H

#include "../containers/kvs.h"

#define MZG_SETTINGS_MAX 256

/* What can be said without the model: form, keys that cannot be set or come twice, UTF-8. MZG_USAGE names the
 * key. */
enum mzg_code mzg_settings_check(const char *const *set, size_t n, struct mzg_err *e) MZG_MUST;

/* Sets them in k: in the place of what was there, or at the end. MZG_USAGE also for a value that is not of
 * the key's type, and for a key whose type nobody says. */
enum mzg_code mzg_settings_apply(struct mzg_kvs *k, const char *const *set, size_t n,
                                 struct mzg_err *e) MZG_MUST;

#endif
