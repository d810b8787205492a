/* hearing.h: how a Whisper in a Hugging Face folder is to be given its sound: preprocessor_config.json, or as newer
 * releases write it a part of processor_config.json. whisper.cpp takes all of it for granted but the number of mels. */
#ifndef MZG_MODEL_HEARING_H
#define MZG_MODEL_HEARING_H

#include "../../base/error.h"

/* Where neither file is there, nothing is said. MZG_UNSUPPORTED names what whisper.cpp does otherwise, MZG_MALFORMED
 * another number of mels than the model's, or a file that is no such one. */
enum mzg_code mzg_whisper_hearing(const char *folder, uint64_t mels, struct mzg_err *e) MZG_MUST;

/* The same for the text of a file. part: the member that it is in; NULL: the whole. */
enum mzg_code mzg_whisper_hearing_text(const char *text, size_t len, const char *part, uint64_t mels,
                                       struct mzg_err *e) MZG_MUST;

#endif
