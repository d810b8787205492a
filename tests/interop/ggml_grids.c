/* The grids' tables beside the real library's: `ggml_grids LIBGGML_BASE.so`. Blocks in which every index
 * stands once decode to the same bits in both, and to as many different points as there are indices:
 * so no entry of a table is another than theirs. Exit status 1 when anything failed. */
#include "ggml_peer.h"
#include "kernels/kernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INDICES_MAX = 1024, POINTS_MAX = 64, FLOATS_MAX = INDICES_MAX * 8 };

/* Puts the index of a point into a block of zeros; place: which of its points. */
typedef void put_index(uint8_t *block, unsigned place, unsigned index);

static void put_iq3_s(uint8_t *block, unsigned place, unsigned index)
{
    block[2 + place] = (uint8_t)index;
    block[66 + place / 8] |= (uint8_t)(index >> 8 << place % 8);
}

static void put_iq3_xxs(uint8_t *block, unsigned place, unsigned index)
{
    block[2 + place] = (uint8_t)index;
}

static void put_iq2_xxs(uint8_t *block, unsigned place, unsigned index)
{
    block[2 + place / 4 * 8 + place % 4] = (uint8_t)index;
}

static void put_iq2_xs(uint8_t *block, unsigned place, unsigned index)
{
    block[2 + 2 * place] = (uint8_t)index;
    block[3 + 2 * place] = (uint8_t)(index >> 8);
}

static void put_iq2_s(uint8_t *block, unsigned place, unsigned index)
{
    block[2 + place] = (uint8_t)index;
    block[66 + place / 4] |= (uint8_t)(index >> 8 << 2 * (place % 4));
}

static const struct {
    enum mzg_type type;
    unsigned indices, elems; /* elements of a point */
    put_index *put;
} grids[] = {
    {MZG_TYPE_IQ3_S, 512, 4, put_iq3_s},     {MZG_TYPE_IQ3_XXS, 256, 4, put_iq3_xxs},
    {MZG_TYPE_IQ2_XXS, 256, 8, put_iq2_xxs}, {MZG_TYPE_IQ2_XS, 512, 8, put_iq2_xs},
    {MZG_TYPE_IQ2_S, 1024, 8, put_iq2_s},
};

static bool all_differ(const float *points, unsigned n, unsigned elems)
{
    bool good = true;
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = 0; j < i; j++)
            good &= memcmp(points + i * elems, points + j * elems, elems * sizeof *points) != 0;
    return good;
}

static bool compare(const struct mzg_ggml *ggml, const struct mzg_kernels *k, size_t which)
{
    static uint8_t q[INDICES_MAX * 8 / 256 * 128];
    static float ours[FLOATS_MAX], theirs[FLOATS_MAX];
    const struct mzg_type_info *info = mzg_type_by_number((uint32_t)grids[which].type);
    unsigned n = grids[which].indices, elems = grids[which].elems, points = 256 / elems;
    memset(q, 0, sizeof q);
    for (unsigned i = 0; i < n; i++) {
        uint8_t *block = q + i / points * info->block_bytes;
        block[1] = 0x3c; /* the scale is 1 */
        grids[which].put(block, i % points, i);
    }
    k->type[info->type].dequantize(q, ours, (size_t)n * elems);
    ggml->dequantize[info->type](q, theirs, (int64_t)n * elems);
    bool same = memcmp(ours, theirs, (size_t)n * elems * sizeof *ours) == 0;
    bool differ = all_differ(ours, n, elems);
    printf("%-7s %4u indices: %s%s\n", info->name, n, same ? "same points" : "FAILED: they differ",
           differ ? "" : "; FAILED: some are alike");
    return same && differ;
}

int main(int argc, char **argv)
{
    struct mzg_ggml ggml;
    struct mzg_kernels k;
    unsigned failed = 0;
    if (argc < 2) {
        fputs("usage: ggml_grids LIBGGML_BASE.so\n", stderr);
        return 2;
    }
    if (!mzg_ggml_open(&ggml, argv[1]))
        return 3;
    mzg_kernels_init(&k, mzg_cpu_features());
    for (size_t i = 0; i < sizeof grids / sizeof grids[0]; i++)
        failed += !compare(&ggml, &k, i);
    printf("%zu passed, %u failed\n", sizeof grids / sizeof grids[0] - failed, failed);
    return failed != 0;
}
