/* pool.h: worker threads for independent jobs; the first error wins.
 *
 * Jobs start in the order they are submitted. When several fail, the error of the one submitted
 * first is reported, whatever the threads' timing, so that a bad file gives the same message at
 * every thread count. After a failure no further job is started. Jobs must not allocate (an
 * allocating thread costs glibc 64 MiB of address space each, which the memory bound cannot spare):
 * give each its buffers. */
#ifndef MZG_BASE_POOL_H
#define MZG_BASE_POOL_H

#include "error.h"
#include "progress.h"
#include <stdint.h>

struct mzg_pool;

#define MZG_POOL_MAX 64

/* run->threads, or one per CPU when it says 0; at most MZG_POOL_MAX. */
unsigned mzg_run_threads(const struct mzg_run *run);

/* threads: 1 runs every job inside submit; up to MZG_POOL_MAX (MZG_USAGE otherwise). Where the
 * system gives fewer, they do the work. Workers have stacks of 256 KiB and take no signals. */
enum mzg_code mzg_pool_new(struct mzg_pool **pool, unsigned threads, struct mzg_err *e) MZG_MUST;
/* Waits for the jobs that have started, drops the others. free(NULL) is fine. */
void mzg_pool_free(struct mzg_pool *pool);

/* Queues run(arg, err); arg stays the caller's and must outlive the job. *ticket (may be NULL) is
 * the job's number: 1, 2, ... Blocks while the queue is full. Returns the pool's error if a job has
 * failed already. Only the thread that made the pool may call this and wait. */
enum mzg_code mzg_pool_submit(struct mzg_pool *pool,
                              enum mzg_code (*run)(void *arg, struct mzg_err *e), void *arg,
                              uint64_t *ticket, struct mzg_err *e) MZG_MUST;

/* Waits until every job up to `ticket` has ended (UINT64_MAX: all). The error of the first of them
 * that failed, or MZG_OK. A caller that meets an error of its own should wait for the jobs it has
 * submitted and report theirs instead, if any: with one thread they would have failed before. */
enum mzg_code mzg_pool_wait(struct mzg_pool *pool, uint64_t ticket, struct mzg_err *e) MZG_MUST;

#endif
