#include "torrent.h"
#include "bencode.h"

static void write_info(struct mzg_buf *out, const char *name, const struct mzg_pieces *p)
{
    mzg_bencode_dict(out);
    mzg_bencode_text(out, "length");
    mzg_bencode_number(out, p->size);
    mzg_bencode_text(out, "name");
    mzg_bencode_text(out, name);
    mzg_bencode_text(out, "piece length");
    mzg_bencode_number(out, p->length);
    mzg_bencode_text(out, "pieces");
    mzg_bencode_bytes(out, p->sha1, p->n * sizeof *p->sha1);
    mzg_bencode_text(out, "private");
    mzg_bencode_number(out, 0);
    mzg_bencode_end(out);
}

void mzg_torrent_write(struct mzg_buf *out, const char *name, const struct mzg_pieces *p, const char *url)
{
    mzg_bencode_dict(out);
    mzg_bencode_text(out, "info");
    write_info(out, name, p);
    mzg_bencode_text(out, "url-list");
    mzg_bencode_list(out);
    mzg_bencode_text(out, url);
    mzg_bencode_end(out);
    mzg_bencode_end(out);
}
