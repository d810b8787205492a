/* devices.h: what a model needs to run, estimated from the size of its file.
 *
 * The weights are in memory as they are in the file. What comes on top (the memory of the conversation, the
 * program) is estimated at a fifth of it and 100 MB, which is about right for four thousand tokens with
 * models of today. Of a device's memory a part is taken by its system. */
#ifndef MZG_PAGE_DEVICES_H
#define MZG_PAGE_DEVICES_H

#include <stdint.h>

/* The smallest of each kind, in GB of memory; 0: none of them is enough. */
struct mzg_devices {
    uint64_t need; /* bytes, rounded up to a figure to remember */
    unsigned phone, pi, laptop;
};

void mzg_devices_for(struct mzg_devices *d, uint64_t model_bytes);

#endif
