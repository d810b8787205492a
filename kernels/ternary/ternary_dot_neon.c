/* ternary_dot_neon.c: TQ1_0 and TQ2_0 with Q8_K, Q2_0 and Q1_0 with Q8_0: ternary_dot_neon.h, compiled for
 * this instruction set. */
#include "../list.h"
#include "ternary_dot_neon.h"

MZG_TERNARY_DOTS(neon)
