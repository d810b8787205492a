#include "image.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *mzg_image_describe(const char *type, const struct mzg_image_blob *is)
{
    char hex[MZG_SHA256_HEX];
    mzg_sha256_hex(is->sha256, hex);
    return json_pack("{s:s, s:o, s:I}", "mediaType", type, "digest", json_sprintf("sha256:%s", hex), "size",
                     (json_int_t)is->size);
}

enum mzg_code mzg_image_take(struct mzg_image_text *out, char *text, struct mzg_err *e)
{
    if (!text)
        return mzg_fail_memory(e, "document");
    out->text = text;
    out->is.size = strlen(text);
    mzg_sha256_of(text, (size_t)out->is.size, out->is.sha256);
    return MZG_OK;
}

enum mzg_code mzg_image_write(struct mzg_image_text *out, json_t *value, struct mzg_err *e)
{
    char *text = value ? json_dumps(value, JSON_COMPACT) : NULL;
    json_decref(value);
    return mzg_image_take(out, text, e);
}

void mzg_image_clear(struct mzg_image *image)
{
    free(image->manifest.text);
    free(image->config.text);
    free(image->licence.text);
    *image = (struct mzg_image){.type = NULL};
}

/* Of a name's characters only '+' has no place in a tag. */
const char *mzg_image_tag(char out[MZG_IMAGE_TAG], const char *version)
{
    snprintf(out, MZG_IMAGE_TAG, "%s", version);
    for (char *p = out; *p; p++)
        *p = *p == '+' ? '_' : *p;
    return out;
}

const char *mzg_image_grade_tag(char *out, size_t room, const char *version_tag, const char *grade)
{
    snprintf(out, room, "%s-%s", version_tag, grade);
    for (char *p = out + strlen(out) - strlen(grade); *p; p++)
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
    return out;
}
