/* families.h: the families that are known, one line each: mzg_arch_NAME in arch_NAME.c. */
#define MZG_FAMILIES(X)                                                                            \
    X(llama)
