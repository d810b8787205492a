/* globals.c: see globals.h. The names are those that PyTorch's own weights-only loader knows, as far as
 * state_dicts have them, and a few kinds of plain data that stand beside the weights in checkpoints of
 * trainers. To add one: it must be possible to leave it out without another tensor coming out. */
#include "globals.h"
#include <string.h>

static const struct mzg_pickle_dtype f64 = {"F64", 8}, f32 = {"F32", 4}, f16 = {"F16", 2},
                                     bf16 = {"BF16", 2}, i64 = {"I64", 8}, i32 = {"I32", 4},
                                     i16 = {"I16", 2}, i8 = {"I8", 1}, u64 = {"U64", 8},
                                     u32 = {"U32", 4}, u16 = {"U16", 2}, u8 = {"U8", 1},
                                     boolean = {"BOOL", 1}, e4m3 = {"F8_E4M3", 1},
                                     e5m2 = {"F8_E5M2", 1}, e8m0 = {"F8_E8M0", 1},
                                     e4m3fnuz = {"F8_E4M3FNUZ", 1}, e5m2fnuz = {"F8_E5M2FNUZ", 1};

#define STORAGE(name, type) {"torch", name "Storage", MZG_PICKLE_USE_STORAGE, type}
#define DTYPE(name, type) {"torch", name, MZG_PICKLE_USE_DTYPE, type}
#define USE(module, name, use) {module, name, MZG_PICKLE_USE_##use, NULL}

static const struct mzg_pickle_global globals[] = {
    USE("collections", "OrderedDict", DICT),
    USE("torch._utils", "_rebuild_tensor", TENSOR),
    USE("torch._utils", "_rebuild_tensor_v2", TENSOR),
    USE("torch._utils", "_rebuild_tensor_v3", TYPED),
    USE("torch._utils", "_rebuild_parameter", FIRST),
    USE("torch._utils", "_rebuild_parameter_with_state", FIRST),
    USE("torch.nn.parameter", "Parameter", FIRST),
    USE("torch", "Size", SIZE),
    STORAGE("Double", &f64), STORAGE("Float", &f32), STORAGE("Half", &f16),
    STORAGE("BFloat16", &bf16), STORAGE("Long", &i64), STORAGE("Int", &i32),
    STORAGE("Short", &i16), STORAGE("Char", &i8), STORAGE("Byte", &u8), STORAGE("Bool", &boolean),
    {"torch.storage", "UntypedStorage", MZG_PICKLE_USE_STORAGE, NULL},
    DTYPE("float64", &f64), DTYPE("float32", &f32), DTYPE("float16", &f16), DTYPE("bfloat16", &bf16),
    DTYPE("int64", &i64), DTYPE("int32", &i32), DTYPE("int16", &i16), DTYPE("int8", &i8),
    DTYPE("uint64", &u64), DTYPE("uint32", &u32), DTYPE("uint16", &u16), DTYPE("uint8", &u8),
    DTYPE("bool", &boolean), DTYPE("float8_e4m3fn", &e4m3), DTYPE("float8_e5m2", &e5m2),
    DTYPE("float8_e8m0fnu", &e8m0), DTYPE("float8_e4m3fnuz", &e4m3fnuz),
    DTYPE("float8_e5m2fnuz", &e5m2fnuz),
    USE("torch", "device", OTHER),
    USE("torch.serialization", "_get_layout", OTHER),
    USE("torch.torch_version", "TorchVersion", OTHER),
    USE("_codecs", "encode", OTHER),
    USE("builtins", "set", OTHER),
    USE("builtins", "bytearray", OTHER),
    USE("builtins", "complex", OTHER),
    USE("__builtin__", "set", OTHER),
    USE("__builtin__", "bytearray", OTHER),
    USE("__builtin__", "complex", OTHER),
    USE("argparse", "Namespace", OTHER),
    USE("numpy", "dtype", OTHER),
    USE("numpy.core.multiarray", "scalar", OTHER),
    USE("numpy._core.multiarray", "scalar", OTHER),
};

/* What the serializer of TorchScript adds: lists that say of what they are. */
static const struct mzg_pickle_global script_globals[] = {
    USE("torch.jit._pickle", "build_intlist", FIRST),
    USE("torch.jit._pickle", "build_doublelist", FIRST),
    USE("torch.jit._pickle", "build_boollist", FIRST),
    USE("torch.jit._pickle", "build_tensorlist", FIRST),
    USE("torch.jit._pickle", "restore_type_tag", FIRST),
};
static const struct mzg_pickle_global script_class = USE("__torch__", "", OBJECT);

static bool same(struct mzg_pickle_text a, const char *b)
{
    return a.len == strlen(b) && memcmp(a.data, b, a.len) == 0;
}

static const struct mzg_pickle_global *find(const struct mzg_pickle_global *in, size_t n,
                                            struct mzg_pickle_text module,
                                            struct mzg_pickle_text name)
{
    for (size_t i = 0; i < n; i++) {
        if (same(module, in[i].module) && same(name, in[i].name))
            return &in[i];
    }
    return NULL;
}

const struct mzg_pickle_global *mzg_pickle_find_global(struct mzg_pickle_text module,
                                                       struct mzg_pickle_text name, bool script)
{
    static const char root[] = "__torch__";
    const size_t n = sizeof root - 1;
    const struct mzg_pickle_global *found =
        find(globals, sizeof globals / sizeof *globals, module, name);

    if (found || !script)
        return found;
    if (module.len >= n && memcmp(module.data, root, n) == 0 &&
        (module.len == n || module.data[n] == '.'))
        return &script_class;
    return find(script_globals, sizeof script_globals / sizeof *script_globals, module, name);
}
