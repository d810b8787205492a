/* ternary.h: blocks whose elements have two, three or four levels and one scale, a half d.
 *
 *   TQ1_0  256 elements of -d, 0, d: 48 bytes of five, 4 bytes of four, d
 *          bytes 0..31: byte m holds elements m + 32 n, n = 0..4; bytes 32..47: byte m holds
 *          160 + m + 16 n (m from 0); the last four: byte m holds 240 + m + 4 n, n = 0..3
 *   TQ2_0  256 elements of -d, 0, d (and 2 d): 64 bytes, d
 *          two runs of 32 bytes: byte m of run r holds elements 128 r + m + 32 n in bits 2 n, 2 n + 1
 *   Q2_0   64 elements of -d, 0, d, 2 d: d, then two bits an element, in order
 *   Q1_0   128 elements of -d, d: d, then a bit an element, in order
 *
 * Codes are 0, 1, 2 (and 3) for -1, 0, 1 (and 2). A byte of five is the integer part of 256 / 243 of
 * the number whose digits to the base 3 they are, the first the highest, rounded up: the first code is
 * then the integer part of 3 / 256 of the byte, and what 3 times the byte leaves modulo 256 is the
 * same for the rest. */
#ifndef MZG_KERNELS_TERNARY_H
#define MZG_KERNELS_TERNARY_H

#include "../scalar.h"

enum {
    MZG_TQ_ELEMS = 256,
    MZG_TQ1_0_BYTES = 54,
    MZG_TQ1_0_SECOND = 32,
    MZG_TQ1_0_FOURS = 48,
    MZG_TQ1_0_SCALE = 52,
    MZG_TQ2_0_BYTES = 66,
    MZG_TQ2_0_SCALE = 64,
    MZG_Q2_0_ELEMS = 64,
    MZG_Q2_0_BYTES = 18,
    MZG_Q2_0_CODES = 2,
    MZG_Q1_0_ELEMS = 128,
    MZG_Q1_0_BYTES = 18,
    MZG_Q1_0_CODES = 2
};

#endif
