/* families_fixture.h: the families of families_tables.h, and how a folder of one is written. Every tensor holds 0, 1, 2 ...
 * so that values tell where they come from. */
#ifndef MZG_TESTS_FAMILIES_FIXTURE_H
#define MZG_TESTS_FAMILIES_FIXTURE_H

#include "tiny.h"

#define TEXT ((size_t)1 << 17)
#define DATA ((size_t)1 << 20)

struct family {
    const char *name;
    const char *config;  /* config.json */
    const char *tensors; /* lines: NAME SHAPE, as safetensors has them; with a '#', for each of 20 layers */
    const char *made;    /* lines by name: NAME NE [: the first value of the first rows, where it is not the stored tensor];
                          * NULL: too many to be told */
    const char *keys;    /* lines in order: KEY VALUE of all that start with the architecture's name */
};

struct refusal {
    const char *family;
    const char *from, *to; /* in its config or its tensors */
    enum mzg_code code;
    const char *item;
};

#include "families_tables.h"

static inline size_t put_tensor(char *header, uint8_t *data, size_t at, const char *name, const char *shape)
{
    size_t n = 1, len = strlen(header);

    for (const char *s = shape; *s; s += strcspn(s, ",") + (strchr(s, ',') != NULL))
        n *= strtoul(s, NULL, 10);
    for (size_t i = 0; i < n; i++) {
        float x = (float)i;
        assert_true(at + 4 * i + 4 <= DATA);
        memcpy(data + at + 4 * i, &x, 4);
    }
    int m = snprintf(header + len, TEXT - len, "%s" ENTRY("%s", "F32", "%s", "%zu,%zu"),
                     len ? "," : "{", name, shape, at, at + 4 * n);
    assert_true(m > 0 && (size_t)m < TEXT - len - 1);
    return at + 4 * n;
}

static inline void put_weights(const char *folder, const char *tensors)
{
    static char header[TEXT];
    static uint8_t data[DATA], file[DATA + TEXT + 8];
    char name[128], shape[64], one[160];
    size_t bytes = 0;
    int n;

    header[0] = '\0';
    while (sscanf(tensors, " %127s %63s%n", name, shape, &n) == 2) {
        char *mark = strchr(name, '#');
        for (int layer = 0; mark && layer < 20; layer++) {
            snprintf(one, sizeof one, "%.*s%d%s", (int)(mark - name), name, layer, mark + 1);
            bytes = put_tensor(header, data, bytes, one, shape);
        }
        if (!mark)
            bytes = put_tensor(header, data, bytes, name, shape);
        tensors += n;
    }
    strcat(header, "}");
    uint64_t len = strlen(header);
    memcpy(file, &len, 8);
    memcpy(file + 8, header, len);
    memcpy(file + 8 + len, data, bytes);
    put_file(folder, "m/model.safetensors", file, 8 + len + bytes);
}

#endif
