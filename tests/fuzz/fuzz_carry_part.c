/* A part on a stick: whatever its bytes, each member that is told of lies inside the file, has a name that a
 * repository has, and none overlaps another; going on behind an unfinished one's end finds no other members.
 * Covers: formats/bundle/carry/part.c formats/bundle/carry/ustar.c */
#include "bundle/carry/part.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    uint64_t size; /* of the file */
    uint64_t pos;  /* behind the last member */
    size_t members, faults;
};

static enum mzg_code on_member(void *ctx, const struct mzg_part_member *m, struct mzg_err *e)
{
    struct seen *s = ctx;
    (void)e;
    if (m->size == 0 || m->offset < s->pos + MZG_USTAR_BLOCK || m->offset > s->size ||
        m->size > s->size - m->offset)
        abort();
    if (m->kind != MZG_PART_OBJECT &&
        (!mzg_bundle_name_valid(m->bundle.name) || !mzg_bundle_name_valid(m->bundle.version)))
        abort();
    s->pos = m->offset + m->size;
    s->members++;
    return MZG_OK;
}

static void on_fault(void *ctx, const struct mzg_err *fault)
{
    struct seen *s = ctx;
    if (fault->offset != MZG_NO_OFFSET && fault->offset > s->size)
        abort();
    s->faults++;
}

static struct seen scan(int fd, uint64_t size, bool unfinished, uint64_t *end)
{
    char name[] = "part";
    struct seen s = {.size = size};
    struct mzg_file f = {.fd = fd, .size = size, .path = name};
    struct mzg_part_visitor v = {on_member, on_fault, &s};
    struct mzg_err e;
    if (mzg_part_scan(&f, unfinished, NULL, &v, end, &e))
        abort();
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t end, again;
    int fd = memfd_create("part", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    struct seen all = scan(fd, size, false, &end);
    struct seen first = scan(fd, size, true, &end);
    if (first.members > all.members || first.faults)
        abort();
    if (end && ftruncate(fd, (off_t)end))
        abort();
    struct seen cut = scan(fd, end, true, &again);
    if (end && (cut.members != first.members || again != end))
        abort();
    close(fd);
    return 0;
}
