/* q8_1_neon.c: Q8_1, the other side of products with Q4_1 and Q5_1. */
#include "list.h"
#include "q8_1.h"

MZG_Q8_1(neon)
