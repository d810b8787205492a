/* ggml.h: the head of a file of whisper.cpp's: what its writer (ggml_file.h) and its reader (ggml_read.c) both know.
 *
 * SPEC.md, "Whisper", has the bytes. Source: whisper.cpp's loader of 2026. */
#ifndef MZG_MODEL_GGML_H
#define MZG_MODEL_GGML_H

#include "../containers/weights.h"

#define MZG_GGML_MAGIC 0x67676d6cu

/* X(NAME, its name at OpenAI and in whisper.cpp, in a config.json, the most it may be), in the file's order. */
#define MZG_WHISPER_DIMS(X)                                                                        \
    X(VOCAB, "n_vocab", "vocab_size", 1 << 21)                                                     \
    X(AUDIO_CTX, "n_audio_ctx", "max_source_positions", 1 << 20)                                   \
    X(AUDIO_STATE, "n_audio_state", "d_model", 1 << 20)                                            \
    X(AUDIO_HEAD, "n_audio_head", "encoder_attention_heads", 65536)                                \
    X(AUDIO_LAYER, "n_audio_layer", "encoder_layers", 4096)                                        \
    X(TEXT_CTX, "n_text_ctx", "max_target_positions", 1 << 20)                                     \
    X(TEXT_STATE, "n_text_state", "text_d_model", 1 << 20)                                         \
    X(TEXT_HEAD, "n_text_head", "decoder_attention_heads", 65536)                                  \
    X(TEXT_LAYER, "n_text_layer", "decoder_layers", 4096)                                          \
    X(MELS, "n_mels", "num_mel_bins", 256)
enum mzg_whisper_size {
#define X(name, own, key, max) MZG_WHISPER_##name,
    MZG_WHISPER_DIMS(X)
#undef X
    MZG_WHISPER_SIZES
};

/* Multilingual models have this vocabulary or a larger one, which has 51766 tokens that are no language's. */
#define MZG_WHISPER_MULTILINGUAL 51865u

/* The head of a file that was read. */
struct mzg_ggml {
    uint32_t sizes[MZG_WHISPER_SIZES];
    enum mzg_type base;  /* of its matrices, as the preface says */
    uint32_t n_tokens;
    uint64_t tokens_at;  /* where the vocabulary begins */
    uint8_t *preface;    /* all before the first tensor's head; of the weights' arena */
    size_t preface_len;
};

#define MZG_GGML_TYPE_AT (4 + 4 * MZG_WHISPER_SIZES) /* the type's place in the preface */

/* The number that stands in the preface for matrices of this type, and the other way round; false: there is none. */
bool mzg_ggml_type_number(enum mzg_type type, uint32_t *number);
bool mzg_ggml_type_of(uint32_t number, enum mzg_type *type);

#endif
