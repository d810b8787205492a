/* iq1_vnni.c: dot products of IQ1_S and IQ1_M, with one instruction for two. */
#define MZG_IQ1_ISA vnni
#define MZG_IQ1_ADD(sum, pairs, factors) _mm512_dpwssd_epi32(sum, pairs, factors)
#include "iq1_512.h"
