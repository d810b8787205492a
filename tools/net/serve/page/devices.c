#include "devices.h"
#include <stddef.h>

#define MB UINT64_C(1000000)
#define GB UINT64_C(1000000000)
#define MOST (UINT64_C(1000000) * GB) /* far beyond any device */

static uint64_t round_up(uint64_t n, uint64_t unit)
{
    return (n + unit - 1) / unit * unit;
}

/* The first size, of those that are sold, whose free part holds need: `eighths` of it less `system` MB. */
static unsigned smallest(const unsigned *sizes, uint64_t need, unsigned eighths, uint64_t system)
{
    for (size_t i = 0; sizes[i]; i++) {
        if (sizes[i] * GB / 8 * eighths - system * MB >= need)
            return sizes[i];
    }
    return 0;
}

void mzg_devices_for(struct mzg_devices *d, uint64_t model_bytes)
{
    static const unsigned phones[] = {2, 3, 4, 6, 8, 12, 16, 0}, pis[] = {2, 4, 8, 16, 0},
                          laptops[] = {4, 8, 16, 32, 64, 128, 0};
    uint64_t bytes = model_bytes < MOST ? model_bytes : MOST;
    uint64_t need = bytes + bytes / 5 + 100 * MB;
    d->need = round_up(need, need < GB ? 100 * MB : need < 10 * GB ? 500 * MB : GB);
    d->phone = smallest(phones, need, 5, 0);
    d->pi = smallest(pis, need, 7, 500);
    d->laptop = smallest(laptops, need, 6, 500);
}
