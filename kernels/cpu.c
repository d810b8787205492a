/* cpu.c: which instruction sets this CPU and its operating system let us use. */
#include "kernels.h"

#if defined(__x86_64__)
#include <cpuid.h>

/* What the operating system saves on a task switch: without it an instruction set is unusable
 * whatever cpuid says of it. */
static uint64_t saved_state(void)
{
    uint32_t lo, hi;
    __asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
    return (uint64_t)hi << 32 | lo;
}

#define HAS(reg, bit) ((reg) >> (bit) & 1)

uint32_t mzg_cpu_features(void)
{
    const uint64_t ymm_state = 0x6, zmm_state = 0xe6;
    uint32_t a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !HAS(c, 27) || !HAS(c, 28))
        return 0; /* no xgetbv for us, or no AVX */
    int f16c = HAS(c, 29);
    uint64_t state = saved_state();
    if ((state & ymm_state) != ymm_state || !__get_cpuid_count(7, 0, &a, &b, &c, &d))
        return 0;
    uint32_t cpu = 0;
    if (f16c && HAS(b, 5))
        cpu |= MZG_CPU_AVX2;
    if ((state & zmm_state) != zmm_state)
        return cpu;
    if (HAS(b, 16) && HAS(b, 17) && HAS(b, 30) && HAS(b, 31)) /* F, DQ, BW, VL */
        cpu |= MZG_CPU_AVX512;
    if (HAS(c, 11))
        cpu |= MZG_CPU_VNNI;
    return cpu;
}

#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>

uint32_t mzg_cpu_features(void)
{
    const unsigned long asimd = 1ul << 1, asimddp = 1ul << 20; /* HWCAP bits of the kernel's ABI */
    unsigned long hwcap = getauxval(AT_HWCAP);
    return (hwcap & asimd ? (uint32_t)MZG_CPU_NEON : 0) |
           (hwcap & asimddp ? (uint32_t)MZG_CPU_DOTPROD : 0);
}

#else

uint32_t mzg_cpu_features(void)
{
    return 0;
}

#endif

const char *mzg_cpu_name(uint32_t bit)
{
    switch (bit) {
    case MZG_CPU_AVX2: return "avx2";
    case MZG_CPU_AVX512: return "avx512";
    case MZG_CPU_VNNI: return "vnni";
    case MZG_CPU_NEON: return "neon";
    case MZG_CPU_DOTPROD: return "dotprod";
    default: return NULL;
    }
}
