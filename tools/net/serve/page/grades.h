/* grades.h: types of quantization, and how good they are in words. */
#ifndef MZG_PAGE_GRADES_H
#define MZG_PAGE_GRADES_H

#include "words.h"

/* The type that text names in any case ("q4_k_m"), as mzigo's recipes write it; NULL for all else, NULL too. */
const char *mzg_grade_type(const char *text);

/* The same of a word within a file's name: "model-q4_k_m.gguf". */
const char *mzg_grade_type_within(const char *path);

/* "4 bits, good quality"; type: of the above. Returns out. */
const char *mzg_grade_text(char *out, size_t room, enum mzg_tongue t, const char *type);

#endif
