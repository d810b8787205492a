/* ternary_neon.c: TQ1_0, TQ2_0, Q2_0 and Q1_0: the searches and decoders over lanes. */
#include "../list.h"
#include "../lanes/lanes_neon.h"
#include "q1_search.h"
#include "q2_search.h"
#include "ternary_decode.h"
#include "tq_search.h"

MZG_TQ_ENCODERS(neon)
MZG_Q2_0_ENCODERS(neon)
MZG_Q1_0_ENCODERS(neon)
MZG_TERNARY_DECODERS(neon)
