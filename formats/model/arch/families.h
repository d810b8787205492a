/* families.h: the families that are known, one line each: mzg_arch_NAME in the arch_*.c that has it. */
#define MZG_FAMILIES(X)                                                                            \
    X(llama)                                                                                       \
    X(qwen2)                                                                                       \
    X(qwen3)                                                                                       \
    X(qwen3moe)
