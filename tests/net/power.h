/* power.h: the pieces of power.so, which takes the power away from the program it is preloaded into.
 *
 * power.c        the moment, and what is watched
 * power_bytes.c  the calls that change and sync bytes, and those that sync names
 * power_paths.c  the calls that make, move and remove names
 * power_data.c   bytes that were written and not synced
 * power_names.c  names that were made, moved or removed and not synced
 *
 * One lock is held around each call, so that the logs need none. All of them use system calls: the C
 * library's names are their own. */
#ifndef MZG_TESTS_NET_POWER_H
#define MZG_TESTS_NET_POWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct mzg_lost {
    unsigned writes, names;
    uint64_t bytes;
};

/* ---- power.c ---- */

/* Each is true, with the lock taken, when the call is about something watched; or the power goes. */
bool mzg_power_begin(int fd, const char *what);
/* full: room for PATH_MAX bytes, gets the absolute path. */
bool mzg_power_begin_at(int dir, const char *path, char *full, const char *what);
bool mzg_power_begin_all(const char *what);
/* Gives the lock back, and the result with errno as they were. */
long mzg_power_done(long result);
/* The absolute path of what a call names; false: not watched. */
bool mzg_power_path(int dir, const char *path, char *full);
/* For what the test cannot go on without: says so and ends the program. */
void mzg_power_fail(const char *what);

/* ---- power_data.c ---- */

/* Before the call: n bytes at `at` are going to change, or everything from `size` on to go or come. */
void mzg_data_write(int fd, int64_t at, size_t n);
void mzg_data_cut(int fd, int64_t size);
/* The bytes and the length of this file are on the disk. */
void mzg_data_synced(int fd);
void mzg_data_synced_all(void);
/* Takes back all that is not, or (torn) what a coin says of each page, leaving lengths alone. */
void mzg_data_lose(bool torn, uint64_t seed, struct mzg_lost *lost);

/* ---- power_names.c ---- */

/* Where names that are gone for now are kept; begins with nothing there. */
void mzg_names_init(const char *grave);
void mzg_names_clear(void);
/* A grave for what a call is going to remove or replace; "" where there is no such file. */
void mzg_names_bury(const char *path, char *grave, size_t room);
/* After the call has succeeded. */
void mzg_names_made(const char *path);
void mzg_names_gone(const char *path, const char *grave, bool folder);
void mzg_names_moved(const char *from, const char *to, const char *grave, bool exchanged);
/* What changed in this folder is on the disk. */
void mzg_names_synced(int fd);
void mzg_names_synced_all(void);
void mzg_names_lose(struct mzg_lost *lost);

#endif
