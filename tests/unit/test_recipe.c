#include "recipe_model.h"

#include "model/recipes/rules.h"

/* ---- roles ---- */

static void a_name_says_what_a_tensor_does(void **state)
{
    static const struct { const char *name; enum mzg_role role; } names[] = {
        {"output.weight", MZG_ROLE_OUTPUT}, {"cls.output.weight", MZG_ROLE_OTHER},
        {"token_embd.weight", MZG_ROLE_EMBEDDING}, {"x.token_embd.weight", MZG_ROLE_OTHER},
        {"per_layer_token_embd.weight", MZG_ROLE_EMBEDDING},
        {"blk.0.attn_qkv.weight", MZG_ROLE_QKV}, {"blk.0.attn_kv_b.weight", MZG_ROLE_KVB},
        {"blk.0.attn_v.weight", MZG_ROLE_V}, {"dec.blk.0.cross_attn_v.weight", MZG_ROLE_V},
        {"blk.0.attn_v.bias", MZG_ROLE_OTHER}, {"blk.0.attn_k.weight", MZG_ROLE_K},
        {"blk.0.attn_k_b.weight", MZG_ROLE_OTHER}, {"blk.0.attn_q.weight", MZG_ROLE_Q},
        {"blk.0.attn_output.weight", MZG_ROLE_O}, {"blk.0.ffn_up.weight", MZG_ROLE_UP},
        {"blk.0.ffn_up_exps.weight", MZG_ROLE_UP}, {"blk.0.ffn_gate_shexp.weight", MZG_ROLE_GATE},
        {"blk.0.ffn_down.bias", MZG_ROLE_DOWN}, {"blk.0.ssm_in.weight", MZG_ROLE_OTHER},
    };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (mzg_role_of(names[i].name) != names[i].role)
            fail_msg("%s", names[i].name);
    }
    assert_int_equal(mzg_role_bits("values", 6), MZG_ROLES_VALUES);
    assert_int_equal(mzg_role_bits("any", 3), (1 << MZG_ROLES_END) - 1);
    assert_int_equal(mzg_role_bits("valuesx", 6), MZG_ROLES_VALUES);
    assert_int_equal(mzg_role_bits("value", 5), 0);
    assert_int_equal(mzg_role_bits("", 0), 0);
}

static void what_would_lose_too_much_is_not_eligible(void **state)
{
    static const char *const never[] = {
        "blk.0.attn_norm.weight", "blk.0.attn_q.bias", "blk.0.ffn_gate_inp.weight",
        "position_embd.weight", "token_types.weight", "blk.0.ssm_conv1d.weight", "v.patch_embd.weight",
        "blk.0.time_mix_decay_w2.weight", "blk.0.attn_rel_b.weight", "blk.0.weights", "eight",
    };
    static const char *const may[] = {"weight", "blk.0.ffn_gate_inp_shexp.weight", "output.weight",
                                      "my.position_embed.weight", "blk.0.time_mix_key.weight"};
    const uint64_t matrix[4] = {8, 8, 1, 1}, vector[4] = {8, 1, 1, 1}, stack[4] = {8, 1, 2, 1};
    (void)state;
    for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
        if (mzg_tensor_eligible(never[i], matrix, 2))
            fail_msg("%s", never[i]);
    }
    for (size_t i = 0; i < sizeof may / sizeof *may; i++) {
        if (!mzg_tensor_eligible(may[i], matrix, 2))
            fail_msg("%s", may[i]);
    }
    /* What ends in ones has fewer dimensions than it says. */
    assert_false(mzg_tensor_eligible("a.weight", vector, 1));
    assert_false(mzg_tensor_eligible("a.weight", vector, 4));
    assert_true(mzg_tensor_eligible("a.weight", stack, 3));
}

static void layers_are_told_by_name(void **state)
{
    (void)state;
    assert_int_equal(mzg_tensor_layer("blk.0.x"), 0);
    assert_int_equal(mzg_tensor_layer("blk.79.ffn_up.weight"), 79);
    assert_int_equal(mzg_tensor_layer("blk.79"), -1);
    assert_int_equal(mzg_tensor_layer("blk.-1.x"), -1);
    assert_int_equal(mzg_tensor_layer("enc.blk.1.x"), -1);
    assert_int_equal(mzg_tensor_layer("blk.99999999999999999999.x"), -1);
}

/* ---- built-in recipes ---- */

static void every_built_in_recipe_parses_and_is_numbered_once(void **state)
{
    static const char *const asked[] = {
        "F32", "F16", "BF16", "Q8_0", "Q6_K", "Q5_K_M", "Q5_K_S", "Q4_K_M", "Q4_K_S", "Q3_K_L",
        "Q3_K_M", "Q3_K_S", "Q2_K", "Q2_K_S", "IQ4_XS", "IQ4_NL", "IQ3_M", "IQ3_S", "IQ3_XS",
        "IQ3_XXS", "IQ2_M", "IQ2_S", "IQ2_XS", "IQ2_XXS", "IQ1_M", "IQ1_S", "TQ1_0", "TQ2_0",
        "MXFP4_MOE", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "NVFP4", "Q1_0", "Q2_0",
    };
    size_t n;
    const struct mzg_recipe *all = mzg_recipes(&n), *r;
    struct mzg_err e;
    uint64_t seen = 0;
    (void)state;
    assert_int_equal(n, sizeof asked / sizeof *asked);
    for (size_t i = 0; i < n; i++) {
        struct mzg_rules rules;
        mzg_rules_init(&rules);
        assert_int_equal(mzg_recipe_find(asked[i], &r, &e), MZG_OK);
        assert_true(all[i].file_type < 64 && (seen >> all[i].file_type & 1) == 0);
        seen |= (uint64_t)1 << all[i].file_type;
        if (mzg_rules_add_built_in(&rules, all[i].name, &e) != MZG_OK)
            fail_msg("%s: %s", all[i].name, e.msg);
        assert_true(rules.n >= 3);
        mzg_rules_clear(&rules);
    }
    /* A section that names no recipe would never be used. */
    for (const char *p = mzg_recipe_text(); (p = strchr(p, '[')) != NULL; p++) {
        char names[256], *words[64];
        snprintf(names, sizeof names, "%.*s", (int)strcspn(p + 1, "]"), p + 1);
        size_t count = mzg_rule_words(names, words, 64);
        for (size_t i = 0; i < count; i++)
            assert_true(strcmp(words[i], "all") == 0 ||
                        mzg_recipe_find(words[i], &r, &e) == MZG_OK);
    }
}

static void q4_k_m_gives_more_bits_where_errors_hurt_most(void **state)
{
    static const char *const types[] = {"Q4_K", "Q6_K"};
    struct model *m = make("llama", 32, 32, 32, 0);
    (void)state;
    apply(m, "q4_k_m", NULL);
    expect(m, "output.weight", "Q6_K");
    expect(m, "token_embd.weight", "Q4_K");
    expect(m, "blk.5.attn_q.weight", "Q4_K");
    expect(m, "blk.5.attn_norm.weight", "F32");
    /* An eighth at each end, every third between. The order in the source does not matter. */
    expect_layers(m, "attn_v.weight", types, "bbbbaabaabaabaabaabaabaabaabbbbb");
    expect_layers(m, "ffn_down.weight", types, "bbbbaabaabaabaabaabaabaabaabbbbb");
    drop(m);
}

static void more_bits_go_by_layer_where_there_are_experts(void **state)
{
    static const char *const types[] = {"Q4_K", "Q6_K", "Q8_0"};
    struct model *m = make("llama", 16, 32, 8, 8);
    (void)state;
    add(m, "blk.0.ffn_down_shexp.weight", 512, 8, 1); /* would count twice otherwise */
    apply(m, "Q4_K_M", NULL);
    expect_layers(m, "ffn_down_exps.weight", types, "bbaabaabaabaabbb");
    expect_layers(m, "attn_v.weight", types, "cccccccccccccccc");
    expect(m, "blk.3.attn_k.weight", "Q8_0");
    expect(m, "blk.3.attn_output.weight", "Q5_K");
    apply(m, "MXFP4_MOE", NULL);
    expect(m, "blk.3.ffn_up_exps.weight", "MXFP4");
    expect(m, "blk.3.attn_q.weight", "Q8_0");
    expect(m, "output.weight", "Q8_0");
    drop(m);
}

static void a_model_of_80_layers_is_a_70b_when_it_shares_heads(void **state)
{
    struct model *m = make("llama", 80, 64, 8, 0);
    (void)state;
    apply(m, "Q3_K_S", NULL);
    expect(m, "blk.40.attn_v.weight", "Q5_K");
    apply(m, "Q2_K_S", NULL);
    expect(m, "blk.40.attn_v.weight", "Q5_K");
    drop(m);
    m = make("llama", 80, 64, 64, 0);
    apply(m, "Q3_K_S", NULL);
    expect(m, "blk.40.attn_v.weight", "Q3_K");
    apply(m, "Q2_K_S", NULL);
    expect(m, "blk.40.attn_v.weight", "Q2_K");
    drop(m);
}

static void importance_changes_what_is_chosen(void **state)
{
    const struct mzg_recipe_options with = {.have_imatrix = true};
    struct model *m = make("llama", 16, 8, 8, 0);
    (void)state;
    apply(m, "IQ3_XXS", NULL);
    expect(m, "blk.0.attn_v.weight", "IQ3_S");
    expect(m, "blk.0.ffn_down.weight", "Q4_K");
    expect(m, "blk.2.ffn_down.weight", "Q3_K");
    assert_true(m->why[find(m, "blk.0.attn_q.weight")].needs_importance); /* IQ2_S */
    apply(m, "IQ3_XXS", &with);
    expect(m, "blk.0.attn_v.weight", "IQ3_XXS");
    expect(m, "blk.2.ffn_down.weight", "IQ3_XXS");
    apply(m, "Q4_0", &with);
    expect(m, "blk.1.ffn_down.weight", "Q4_1");
    expect(m, "blk.2.ffn_down.weight", "Q4_0");
    apply(m, "Q4_0", NULL);
    expect(m, "blk.1.ffn_down.weight", "Q4_0");
    drop(m);
}

static void types_that_need_importance_are_marked(void **state)
{
    static const struct { const char *recipe, *tensor; bool needs; } cases[] = {
        {"IQ1_S", "blk.1.ffn_up.weight", true},    {"IQ2_XS", "blk.1.ffn_up.weight", true},
        {"IQ3_S", "blk.1.ffn_up.weight", false},   {"Q2_K", "blk.1.ffn_up.weight", false},
        {"Q2_K_S", "blk.1.ffn_up.weight", true},   {"Q2_K_S", "token_embd.weight", false},
        {"IQ2_XS", "output.weight", false},        {"IQ1_M", "blk.1.attn_norm.weight", false},
    };
    struct model *m = make("llama", 2, 8, 8, 0);
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        apply(m, cases[i].recipe, NULL);
        if (m->why[find(m, cases[i].tensor)].needs_importance != cases[i].needs)
            fail_msg("%s, %s", cases[i].recipe, cases[i].tensor);
    }
    drop(m);
}

static void embeddings_that_are_the_output_are_made_like_it(void **state)
{
    struct model *m = make("qwen2", 4, 14, 2, 0);
    (void)state;
    m->m.n_tensors--; /* output.weight is the last */
    apply(m, "Q4_K_M", NULL);
    expect(m, "token_embd.weight", "Q6_K");
    apply(m, "IQ2_XS", NULL);
    expect(m, "token_embd.weight", "Q5_K");
    drop(m);
}

static void heads_may_be_given_per_layer(void **state)
{
    const int32_t heads[] = {32, 8}, kv_heads[] = {4, 8};
    struct model *m = make("llama", 2, 8, 8, 0);
    (void)state;
    mzg_kvs_clear(&m->m.kvs);
    mzg_kvs_init(&m->m.kvs);
    mzg_kvs_i32s(&m->m.kvs, "llama.attention.head_count", heads, 2);
    mzg_kvs_i32s(&m->m.kvs, "llama.attention.head_count_kv", kv_heads, 2);
    apply(m, "Q2_K", NULL); /* the first layer's are shared by eight; layers are told by names */
    expect(m, "blk.1.attn_v.weight", "Q4_K");
    drop(m);
}

/* ---- options ---- */

static void what_is_asked_for_goes_before_the_rules(void **state)
{
    static const char *const types[] = {"blk\\.[0-1]\\.ffn_(up|down)=q8_0", "ffn_up=Q5_K", "=x=Q4_0"};
    struct mzg_recipe_options o = {.tensor_types = types, .n_tensor_types = 2};
    struct model *m = make("llama", 4, 8, 8, 0);
    char text[MZG_WHY_TEXT];
    const struct mzg_recipe *r;
    struct mzg_err e;
    (void)state;
    apply(m, "Q4_K_M", &o);
    expect(m, "blk.1.ffn_up.weight", "Q8_0");
    expect(m, "blk.2.ffn_up.weight", "Q5_K");
    expect(m, "blk.2.ffn_gate.weight", "Q4_K");
    assert_int_equal(mzg_recipe_find("Q4_K_M", &r, &e), MZG_OK);
    assert_string_equal(
        mzg_recipe_why_text(r, &o, &m->why[find(m, "blk.2.ffn_up.weight")], text),
        "--tensor-type ffn_up=Q5_K");
    assert_string_equal(
        mzg_recipe_why_text(r, &o, &m->why[find(m, "blk.1.ffn_up.weight")], text),
        "--tensor-type blk\\.[0-1]\\.ffn_(up|down)=q8_0");
    o.output_type = mzg_recipe_type("F16");
    o.embedding_type = mzg_recipe_type("Q8_0");
    o.pure = true;
    apply(m, "Q4_K_M", &o);
    expect(m, "output.weight", "F16");
    expect(m, "token_embd.weight", "Q8_0");
    expect(m, "blk.0.attn_v.weight", "Q4_K"); /* would be Q6_K */
    expect(m, "blk.1.ffn_up.weight", "Q8_0"); /* asked for, so heard */
    m->tensors[find(m, "token_embd.weight")].ne[0] = 100;
    apply(m, "Q4_K_M", &o);
    expect(m, "token_embd.weight", "F16"); /* still followed by the fallback */
    m->m.n_tensors--;
    o.embedding_type = NULL;
    apply(m, "Q4_K_M", &o);
    expect(m, "token_embd.weight", "F16"); /* tied: the output's type is its own */
    drop(m);
}

static void an_override_does_not_count_as_one_of_its_kind(void **state)
{
    static const char *const types[] = {"blk\\.0\\.attn_v=Q8_0"};
    const struct mzg_recipe_options o = {.tensor_types = types, .n_tensor_types = 1};
    struct model *m = make("llama", 4, 8, 8, 0);
    (void)state;
    apply(m, "Q3_K_M", &o); /* the first two values get Q5_K */
    expect(m, "blk.0.attn_v.weight", "Q8_0");
    expect(m, "blk.2.attn_v.weight", "Q5_K");
    expect(m, "blk.3.attn_v.weight", "Q4_K");
    drop(m);
}

static void options_that_mean_nothing_are_refused(void **state)
{
    static const struct { const char *text, *item; } cases[] = {
        {"attn_v", "not REGEX=TYPE"},   {"attn_v=", "not REGEX=TYPE"},  {"attn_v=Q9", "not REGEX=TYPE"},
        {"attn_v=Q8_K", "not REGEX=TYPE"}, {"attn_v=I32", "not REGEX=TYPE"},
        {"=Q4_0", "of 0 characters"},   {"(a=Q4_0", "a group that is not closed"},
        {"a{2}=Q4_0", "an interval"},   {"(a)\\1=Q4_0", "an escaped letter or digit"},
        {"blk\\.\\d=Q4_0", "write [0-9]"},
    };
    struct model *m = make("llama", 1, 8, 8, 0);
    const struct mzg_recipe *r;
    struct mzg_err e;
    (void)state;
    assert_int_equal(mzg_recipe_find("Q4_0", &r, &e), MZG_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const types[] = {cases[i].text};
        const struct mzg_recipe_options o = {.tensor_types = types, .n_tensor_types = 1};
        assert_int_equal(apply_recipe(m, r, &o, &e), MZG_USAGE);
        if (strstr(e.msg, cases[i].item) == NULL || strstr(e.msg, "'") == NULL)
            fail_msg("%s: %s", cases[i].text, e.msg);
    }
    assert_int_equal(mzg_recipe_find("Q9_K", &r, &e), MZG_USAGE);
    assert_non_null(strstr(e.msg, "Q4_K_M Q4_K_S"));
    drop(m);
}

/* ---- sources ---- */

static void what_is_not_quantized_keeps_its_type_in_gguf_only(void **state)
{
    struct model *m = make("llama", 1, 8, 8, 0);
    (void)state;
    add(m, "blk.0.ffn_gate_inp.weight", 256, 8, 1);
    add(m, "blk.0.conv.bias", 256, 8, 4);
    apply(m, "Q8_0", NULL);
    expect(m, "blk.0.ffn_gate_inp.weight", "F32");
    expect(m, "blk.0.conv.bias", "BF16");
    m->m.weights.gguf = &m->gguf;
    apply(m, "Q8_0", NULL);
    expect(m, "blk.0.ffn_gate_inp.weight", "BF16");
    expect(m, "blk.0.attn_norm.weight", "BF16");
    drop(m);
}

static void raw_models_have_no_roles(void **state)
{
    static const char *const types[] = {"attn_v=Q8_0"};
    const struct mzg_recipe_options o = {.tensor_types = types, .n_tensor_types = 1};
    struct model *m = make("raw", 2, 8, 8, 0);
    (void)state;
    add(m, "stack", 256, 8, 4);
    apply(m, "Q4_K_M", &o);
    expect(m, "output.weight", "Q4_K");
    expect(m, "blk.0.ffn_down.weight", "Q4_K");
    expect(m, "blk.0.attn_v.weight", "Q8_0");
    expect(m, "stack", "BF16");
    apply(m, "IQ2_XS", NULL);
    assert_true(m->why[find(m, "output.weight")].needs_importance);
    drop(m);
}

static void every_choice_has_its_reason(void **state)
{
    static const struct { const char *tensor, *why; } cases[] = {
        {"blk.0.attn_norm.weight", "not quantized"}, {"blk.0.attn_q.weight", "base type"},
        {"output.weight", ": output Q6_K"},          {"blk.0.attn_v.weight", ": values more Q6_K"},
    };
    struct model *m = make("llama", 8, 8, 8, 0);
    const struct mzg_recipe *r;
    struct mzg_err e;
    char text[MZG_WHY_TEXT];
    (void)state;
    apply(m, "Q4_K_M", NULL);
    assert_int_equal(mzg_recipe_find("Q4_K_M", &r, &e), MZG_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got =
            mzg_recipe_why_text(r, NULL, &m->why[find(m, cases[i].tensor)], text);
        if (strstr(got, cases[i].why) == NULL)
            fail_msg("%s: %s", cases[i].tensor, got);
    }
    drop(m);
}

static void a_type_without_a_quantizer_is_refused_by_name(void **state)
{
    static struct mzg_kernels k;
    struct model *m = make("llama", 1, 8, 8, 0);
    struct mzg_err e;
    (void)state;
    mzg_kernels_init(&k, 0);
    apply(m, "Q8_0", NULL);
    assert_int_equal(mzg_recipe_check_kernels(&m->m, m->table, &k, &e), MZG_OK);
    k.type[MZG_TYPE_Q8_0].quantize = NULL;
    k.type[MZG_TYPE_Q8_0].search = NULL;
    assert_int_equal(mzg_recipe_check_kernels(&m->m, m->table, &k, &e), MZG_UNSUPPORTED);
    assert_non_null(strstr(e.msg, "blk.0.attn_q.weight"));
    assert_non_null(strstr(e.msg, "Q8_0"));
    drop(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_says_what_a_tensor_does),
        cmocka_unit_test(what_would_lose_too_much_is_not_eligible),
        cmocka_unit_test(layers_are_told_by_name),
        cmocka_unit_test(every_built_in_recipe_parses_and_is_numbered_once),
        cmocka_unit_test(q4_k_m_gives_more_bits_where_errors_hurt_most),
        cmocka_unit_test(more_bits_go_by_layer_where_there_are_experts),
        cmocka_unit_test(a_model_of_80_layers_is_a_70b_when_it_shares_heads),
        cmocka_unit_test(importance_changes_what_is_chosen),
        cmocka_unit_test(types_that_need_importance_are_marked),
        cmocka_unit_test(embeddings_that_are_the_output_are_made_like_it),
        cmocka_unit_test(heads_may_be_given_per_layer),
        cmocka_unit_test(what_is_asked_for_goes_before_the_rules),
        cmocka_unit_test(an_override_does_not_count_as_one_of_its_kind),
        cmocka_unit_test(options_that_mean_nothing_are_refused),
        cmocka_unit_test(what_is_not_quantized_keeps_its_type_in_gguf_only),
        cmocka_unit_test(raw_models_have_no_roles),
        cmocka_unit_test(every_choice_has_its_reason),
        cmocka_unit_test(a_type_without_a_quantizer_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
