/* forks.h: a test's items divided among processes.
 *
 *   mzg_forks_begin(jobs)              from here on as many processes are in the same place
 *   if (mzg_forks_claim(i)) ...        true in one of them, for each i of 0 to MZG_FORKS_ITEMS - 1
 *   mzg_forks_end(&passed, &failed)    comes back in the first one only, with the sums of all
 *
 * Whoever is free takes what is next, so long items do not hold up the short ones. A process that dies
 * counts as a failure. Without mzg_forks_begin all items are this process's. */
#ifndef MZG_TESTS_FORKS_H
#define MZG_TESTS_FORKS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MZG_FORKS_ITEMS 4096

static struct mzg_forks {
    atomic_bool claimed[MZG_FORKS_ITEMS];
    atomic_ulong passed, failed;
} *mzg_forks;
static bool mzg_forks_first = true;

static inline void mzg_forks_begin(unsigned jobs)
{
    if (jobs < 2)
        return;
    void *shared = mmap(NULL, sizeof *mzg_forks, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return;
    mzg_forks = shared;
    fflush(NULL);
    for (unsigned i = 1; i < jobs && mzg_forks_first; i++)
        mzg_forks_first = fork() != 0; /* a fork that fails leaves the work to the others */
}

static inline bool mzg_forks_claim(size_t item)
{
    if (!mzg_forks)
        return true;
    if (item >= MZG_FORKS_ITEMS)
        abort();
    return !atomic_exchange(&mzg_forks->claimed[item], true);
}

static inline void mzg_forks_end(unsigned long *passed, unsigned long *failed)
{
    int status;
    if (!mzg_forks)
        return;
    if (!mzg_forks_first) {
        atomic_fetch_add(&mzg_forks->passed, *passed);
        atomic_fetch_add(&mzg_forks->failed, *failed);
        fflush(NULL);
        _exit(0);
    }
    while (wait(&status) > 0)
        *failed += status != 0;
    *passed += atomic_load(&mzg_forks->passed);
    *failed += atomic_load(&mzg_forks->failed);
}

#endif
