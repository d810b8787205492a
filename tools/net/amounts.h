/* amounts.h: sizes, times and hours as people type them on a command line. */
#ifndef MZG_NET_AMOUNTS_H
#define MZG_NET_AMOUNTS_H

#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "64k", "1.5M", "2G", "800": bytes; k, M and G are powers of 1000 as on a phone company's bill, Ki, Mi and
 * Gi of 1024. At least 1. n: bytes of text. */
bool mzg_amount_bytes(const char *text, size_t n, uint64_t *bytes);

/* "90s", "30m", "2h", "3d": seconds, at least 1. */
bool mzg_amount_seconds(const char *text, uint64_t *seconds);

/* "22:00-05:00": minutes of the day; *to may be before *from, through midnight. They differ. */
bool mzg_amount_hours(const char *text, unsigned *from, unsigned *to);

/* Whether minute `now` of the day is in it; else *wait: minutes until it is. */
bool mzg_hours_open(unsigned from, unsigned to, unsigned now, unsigned *wait);

#endif
