/* ternary_dot_avx512.c: TQ1_0 and TQ2_0 with Q8_K, in vectors of 32 bytes, which are as fast; Q2_0 and
 * Q1_0 with Q8_0. */
#include "../list.h"
#include "q12_dot512.h"
#include "tq_dot256.h"

MZG_TERNARY_DOTS(avx512)
