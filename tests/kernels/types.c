/* types.c: what the harness knows of each type that has kernels. To add a type: a row here; its digests
 * are printed by the harness when they differ.
 *
 * The digests are what the references give, the same on every CPU, from every compiler. A change of
 * one of quantize or search is a change of output bytes, and so of the type's revision in
 * kernels/types.c. */
#include "harness.h"

#define HALVES0() {0}, 0
#define HALVES1(a) {a}, 1
#define HALVES2(a, b) {a, b}, 2
#define ROW(type, levels, halves, rmse, quantize, search, dequantize, dot)                         \
    [MZG_TYPE_##type] = {levels, halves, rmse, {quantize, search, dequantize, dot}}

/* clang-format off */
static const struct mzg_type_facts facts[MZG_TYPE_END] = {
    /*  type, levels, halves, rmse, quantize, search, dequantize, dot */
    ROW(F32, 127, HALVES0(), 0, 0xae0b5f0914658251, 0, 0xaa62e663235e986f, 0xba294da06f0bd306),
    ROW(F16, 127, HALVES1(0), 0, 0x2d719a3052281bb0, 0, 0x8c473f324646819c, 0xeb32117a9b2c0d8b),
    ROW(BF16, 127, HALVES1(0), 0, 0xb008b375d2474458, 0, 0x95d0f5619ab91c31, 0xc2494a83c205c611),
    ROW(Q4_0, 8, HALVES1(0), 0.09f, 0xbfdbae0ed52ebbe6, 0xcbbccb657259ad45, 0x0def49a9cce21fec, 0x030f4bf76a65d893),
    ROW(Q4_1, 15, HALVES2(0, 2), 0.083f, 0x6c5e86ca3c5a4616, 0xacecb88f7ddcb9c2, 0xb2fc736927384d7a, 0x906f9faeaf42f761),
    ROW(Q5_0, 16, HALVES1(0), 0.045f, 0x85b17948e6a3ff7f, 0x95d03506f9613e65, 0x5e412b3ad778dff5, 0x47c1c600b845cd0c),
    ROW(Q5_1, 31, HALVES2(0, 2), 0.041f, 0x3219cfe770f8ef72, 0x48f6ed3bf5c4638b, 0x69105f924a787639, 0x2993d5b65db69470),
    ROW(Q8_0, 127, HALVES1(0), 0, 0xa95b9fd83eb32897, 0, 0xff80e0a93516f1ac, 0x2e6cf80e4dc0006e),
    ROW(Q8_1, 127, HALVES2(0, 2), 0, 0x146995ff2fcdcfea, 0, 0xa0beeb5932e68a73, 0),
    ROW(Q2_K, 3, HALVES2(80, 82), 0.34f, 0x05f3bb9ebd34ac3b, 0xc181a69a47b515fd, 0xd5a0cea834c574d5, 0x0877e74a8688cf17),
    ROW(Q3_K, 4, HALVES1(108), 0.2f, 0xebb9021d2b4c7ea8, 0xc34dba7a9bc84a87, 0x033a228bace316fc, 0xb590903a3378a3b4),
    ROW(Q4_K, 15, HALVES2(0, 2), 0.09f, 0x9cf0c98aa0fbb939, 0x9327859dcca29332, 0x03f78df6f637d052, 0x41f6c801f82176da),
    ROW(Q5_K, 31, HALVES2(0, 2), 0.05f, 0xcd98903c6f459ae9, 0xc3f6b40fe6edd90c, 0xb6865f73663f9242, 0x81b9e19c3cfb0e91),
    ROW(Q6_K, 32, HALVES1(208), 0.022f, 0xafaebbfbaf4c6bc9, 0xca1c0fc541768dc7, 0xad00c1f147f7f49b, 0x621b8c99b90e5834),
    ROW(Q8_K, 127, HALVES0(), 0, 0x6fc09a77e7d42bd2, 0, 0xc4ec2e6653564f17, 0),
    ROW(IQ4_NL, 127, HALVES1(0), 0.1f, 0x5f52dbadf9d7be3b, 0x10e864dec3e0d5b0, 0xd335412a411857d2, 0x7913b883dad36917),
    ROW(IQ4_XS, 127, HALVES1(0), 0.1f, 0x0ba432299291be18, 0x525492519140b016, 0xb476cc209a5ec801, 0x64674b04eb0881d9),
    ROW(MXFP4, 6, HALVES0(), 0.13f, 0xb91c2321d012c051, 0x428af43c7ec8bc93,
        0x9ab7ccb81d3a29d4, 0x0741bad8fb00b60b),
    ROW(NVFP4, 6, HALVES0(), 0.1f, 0x79f8ddcf706a8515, 0x715ccf3506047c55,
        0xca42c29814c91f72, 0x87c4f2b9cff77ca0),
    ROW(IQ3_S, 15, HALVES1(0), 0.15f, 0x3aff76fcfc7b6331, 0xb07d54bd1a004283, 0x8952a4afe2d71a99, 0xc795ca710687b445),
    ROW(IQ3_XXS, 15, HALVES1(0), 0.2f, 0xd90f69de1b04a10f, 0x8645d9ebaf2a937a, 0x7513784f01b30518, 0xbd12722baddc4e40),
    ROW(IQ2_S, 5, HALVES1(0), 0.255f, 0x3f70da59ffc2321d, 0x0834ba3110dba416, 0x15dc38af564f3079, 0xe9867a9ce029a0a5),
    ROW(IQ2_XS, 5, HALVES1(0), 0.305f, 0xc4765df2a6799e56, 0x7ee7bebc4f3340c8, 0x446df462c3f484ca, 0x33fff6765ced394e),
    ROW(IQ2_XXS, 5, HALVES1(0), 0.345f, 0xab4da2b0905e7dcf, 0xcff4781838622b48, 0xf0515f0816c8e0d7, 0x8993967795eabae2),
    ROW(IQ1_M, 1, HALVES0(), 0.52f, 0xc15e665eaab72f5c, 0x74a0e05327cdede8, 0x6d75305978e573c2, 0x231ec72a73ac4d89),
    ROW(IQ1_S, 1, HALVES1(0), 0.55f, 0xeebfc722f567f37d, 0x493103238db10798, 0x352c2e94e1d44ce3, 0xcbb63fd0df417a01),
    ROW(TQ2_0, 1, HALVES1(64), 0.52f, 0x0e97208fd9db1da4, 0x20af8dade4c94bd5,
        0xae86d927064cac96, 0x304ef186c9a066c9),
    ROW(TQ1_0, 1, HALVES1(52), 0.52f, 0x0929aeafd7c24db9, 0xce4d75d23517ae01,
        0xfff41345ef3e4ec4, 0xee3932a68a2abaa6),
    ROW(Q2_0, 2, HALVES1(0), 0.42f, 0xdfe05468686a1dab, 0x6ab3171da496bae4,
        0x4448df7c551bebe7, 0x955722c6d1525e3a),
    ROW(Q1_0, 1, HALVES1(0), 0.65f, 0xeb080babf2ebf6b2, 0xcd9f2bc3bdbb5577,
        0x3a81987a34dbfc25, 0xb14c13dbd77f9a13),
};
/* clang-format on */

const struct mzg_type_facts *mzg_type_facts(enum mzg_type type)
{
    return facts[type].levels != 0 ? &facts[type] : NULL;
}
