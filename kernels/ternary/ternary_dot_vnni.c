/* ternary_dot_vnni.c: TQ1_0 and TQ2_0 with Q8_K, Q2_0 and Q1_0 with Q8_0, by dpbusd. */
#include "../list.h"
#include "q12_dot512.h"
#include "tq_dot256.h"

MZG_TERNARY_DOTS(vnni)
