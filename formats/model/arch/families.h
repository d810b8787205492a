/* families.h: the families that are known, one line each: mzg_arch_NAME in the arch_*.c that has it. */
#define MZG_FAMILIES(X)                                                                            \
    X(llama)                                                                                       \
    X(qwen2)                                                                                       \
    X(qwen3)                                                                                       \
    X(qwen3moe)                                                                                    \
    X(gemma)                                                                                       \
    X(gemma2)                                                                                      \
    X(gemma3)                                                                                      \
    X(mistral3)                                                                                    \
    X(mixtral)                                                                                     \
    X(smollm3)                                                                                     \
    X(granite)                                                                                     \
    X(granitemoe)                                                                                  \
    X(phi3)                                                                                        \
    X(olmo2)                                                                                       \
    X(gpt2)                                                                                        \
    X(gptneox)                                                                                     \
    X(falcon)                                                                                      \
    X(stablelm)                                                                                    \
    X(lfm2)                                                                                        \
    X(gemma3n)                                                                                     \
    X(qwen2moe)                                                                                    \
    X(qwen35)                                                                                      \
    X(gptoss)                                                                                      \
    X(bert)                                                                                        \
    X(bert_ranker)                                                                                 \
    X(roberta_ranker)                                                                              \
    X(distilbert)                                                                                  \
    X(nomic)                                                                                       \
    X(t5)                                                                                          \
    X(t5_gated)                                                                                    \
    X(t5encoder)                                                                                   \
    X(t5encoder_gated)                                                                             \
    X(mamba)                                                                                       \
    X(whisper)                                                                                     \
    X(whisper_openai)
