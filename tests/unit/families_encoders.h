/* families_encoders.h: encoders for test_families.c: a width of 8, 2 heads of 4, 6 in between, 5 tokens, 16 positions. */

#define ENCODER_SIZES                                                                                                  \
    "\"vocab_size\":5,\"hidden_size\":8,\"intermediate_size\":6,\"num_hidden_layers\":1,\"num_attention_heads\":2,"    \
    "\"max_position_embeddings\":16,\"layer_norm_eps\":1e-12"
#define ENCODER(class, more) "{\"architectures\":[\"" class "\"]," ENCODER_SIZES more "}"
#define ENCODER_KEYS(context)                                                                                          \
    "block_count 1\ncontext_length " context "\nembedding_length 8\nfeed_forward_length 6\nattention.head_count 2\n"    \
    "attention.layer_norm_epsilon 1e-12f\n"
#define NO_CAUSE "attention.causal false\n"

#define BOTH(name, rows, width) name ".weight " rows "," width "\n" name ".bias " rows "\n"
#define BOTH_NORM(name) name ".weight 8\n" name ".bias 8\n"
#define BL "encoder.layer.0."
#define BERT_LAYER(p)                                                                                                  \
    BOTH(p BL "attention.self.query", "8", "8") BOTH(p BL "attention.self.key", "8", "8")                              \
    BOTH(p BL "attention.self.value", "8", "8") BOTH(p BL "attention.output.dense", "8", "8")                          \
    BOTH(p BL "intermediate.dense", "6", "8") BOTH(p BL "output.dense", "8", "6")
#define BERT_EMBEDDINGS(p, segments)                                                                                   \
    p "embeddings.word_embeddings.weight 5,8\n" p "embeddings.position_embeddings.weight 16,8\n"                       \
    p "embeddings.token_type_embeddings.weight " segments ",8\n"
#define BERT_NORMS(p)                                                                                                  \
    BOTH_NORM(p "embeddings.LayerNorm") BOTH_NORM(p BL "attention.output.LayerNorm") BOTH_NORM(p BL "output.LayerNorm")
#define OLD_NORM(name) name ".gamma 8\n" name ".beta 8\n"
#define OLD_NORMS(p)                                                                                                   \
    OLD_NORM(p "embeddings.LayerNorm") OLD_NORM(p BL "attention.output.LayerNorm") OLD_NORM(p BL "output.LayerNorm")

#define MADE_BOTH(name, rows, width) B name ".bias " rows "\n" B name ".weight " width "," rows "\n"
#define MADE_NORM(name) name ".bias 8\n" name ".weight 8\n"
#define BERT_MADE                                                                                                      \
    MADE_BOTH("attn_k", "8", "8") MADE_BOTH("attn_output", "8", "8") MADE_NORM(B "attn_output_norm")                   \
    MADE_BOTH("attn_q", "8", "8") MADE_BOTH("attn_v", "8", "8") MADE_BOTH("ffn_down", "8", "6")                        \
    MADE_BOTH("ffn_up", "6", "8") MADE_NORM(B "layer_output_norm")
#define HEAD_MADE(labels)                                                                                              \
    "cls.bias 8\n" "cls.output.bias " labels "\n" "cls.output.weight 8," labels "\n" "cls.weight 8,8\n"

#define ENCODER_FAMILIES                                                                                               \
    {"bert", ENCODER("BertModel", ",\"hidden_act\":\"gelu\",\"type_vocab_size\":2"),                                   \
     BERT_EMBEDDINGS("", "2") BERT_NORMS("") BERT_LAYER("") BOTH("pooler.dense", "8", "8")                             \
     "embeddings.position_ids 1,16\n",                                                                                 \
     BERT_MADE "position_embd.weight 8,16\n" "token_embd.weight 8,5\n" MADE_NORM("token_embd_norm")                    \
     "token_types.weight 8,2\n",                                                                                       \
     ENCODER_KEYS("16") NO_CAUSE},                                                                                     \
    {"bert-old", ENCODER("BertForMaskedLM", ""),                                                                       \
     BERT_EMBEDDINGS("bert.", "2") OLD_NORMS("bert.") BERT_LAYER("bert.") "cls.predictions.bias 5\n"                   \
     "cls.seq_relationship.weight 2,8\n",                                                                              \
     BERT_MADE "position_embd.weight 8,16\n" "token_embd.weight 8,5\n" MADE_NORM("token_embd_norm")                    \
     "token_types.weight 8,2\n",                                                                                       \
     ENCODER_KEYS("16") NO_CAUSE},                                                                                     \
    {"bert-ranker", ENCODER("BertForSequenceClassification", ",\"id2label\":{\"1\":\"good\",\"0\":\"bad\"}"),          \
     BERT_EMBEDDINGS("bert.", "2") BERT_NORMS("bert.") BERT_LAYER("bert.") BOTH("bert.pooler.dense", "8", "8")         \
     BOTH("classifier", "2", "8"),                                                                                     \
     BERT_MADE HEAD_MADE("2") "position_embd.weight 8,16\n" "token_embd.weight 8,5\n" MADE_NORM("token_embd_norm")     \
     "token_types.weight 8,2\n",                                                                                       \
     ENCODER_KEYS("16") NO_CAUSE "pooling_type 4\nclassifier.output_labels bad good\n"},                               \
    {"roberta", ENCODER("XLMRobertaModel", ",\"pad_token_id\":2,\"type_vocab_size\":1"),                               \
     BERT_EMBEDDINGS("roberta.", "1") BERT_NORMS("roberta.") BERT_LAYER("roberta.") "lm_head.bias 5\n",                \
     BERT_MADE "position_embd.weight 8,13 : 24 32 40 48 56 64 72 80\n" "token_embd.weight 8,5\n"                       \
     MADE_NORM("token_embd_norm") "token_types.weight 8,1\n",                                                          \
     ENCODER_KEYS("13") NO_CAUSE},                                                                                     \
    {"roberta-ranker", ENCODER("RobertaForSequenceClassification", ",\"type_vocab_size\":1,\"num_labels\":1"),         \
     BERT_EMBEDDINGS("roberta.", "1") BERT_NORMS("roberta.") BERT_LAYER("roberta.") BOTH("classifier.dense", "8", "8") \
     BOTH("classifier.out_proj", "1", "8"),                                                                            \
     BERT_MADE HEAD_MADE("1") "position_embd.weight 8,14 : 16 24 32 40 48 56 64 72\n" "token_embd.weight 8,5\n"        \
     MADE_NORM("token_embd_norm") "token_types.weight 8,1\n",                                                          \
     ENCODER_KEYS("14") NO_CAUSE "pooling_type 4\nclassifier.output_labels LABEL_0\n"},                                \
    {"distilbert", "{\"architectures\":[\"DistilBertForMaskedLM\"],\"vocab_size\":5,\"dim\":8,\"hidden_dim\":6,"       \
     "\"n_layers\":1,\"n_heads\":2,\"max_position_embeddings\":16,\"activation\":\"gelu\"}",                           \
     "distilbert.embeddings.word_embeddings.weight 5,8\n" "distilbert.embeddings.position_embeddings.weight 16,8\n"    \
     BOTH_NORM("distilbert.embeddings.LayerNorm") BOTH(DL "attention.q_lin", "8", "8")                                 \
     BOTH(DL "attention.k_lin", "8", "8") BOTH(DL "attention.v_lin", "8", "8") BOTH(DL "attention.out_lin", "8", "8")  \
     BOTH_NORM(DL "sa_layer_norm") BOTH(DL "ffn.lin1", "6", "8") BOTH(DL "ffn.lin2", "8", "6")                         \
     BOTH_NORM(DL "output_layer_norm") "vocab_projector.bias 5\n",                                                     \
     BERT_MADE "position_embd.weight 8,16\n" "token_embd.weight 8,5\n" MADE_NORM("token_embd_norm"),                   \
     ENCODER_KEYS("16") NO_CAUSE},                                                                                     \
    {"nomic-bert", "{\"architectures\":[\"NomicBertModel\"],\"vocab_size\":5,\"n_embd\":8,\"n_inner\":6,"              \
     "\"n_layer\":1,\"n_head\":2,\"n_positions\":8192,\"activation_function\":\"swiglu\",\"type_vocab_size\":2,"       \
     "\"layer_norm_epsilon\":1e-12,\"rotary_emb_base\":1000,\"rotary_emb_fraction\":1.0,\"causal\":false}",            \
     "embeddings.word_embeddings.weight 5,8\n" "embeddings.token_type_embeddings.weight 2,8\n" BOTH_NORM("emb_ln")     \
     NL "attn.Wqkv.weight 24,8\n" NL "attn.out_proj.weight 8,8\n" NL "mlp.fc11.weight 6,8\n" NL "mlp.fc12.weight 6,8\n"\
     NL "mlp.fc2.weight 8,6\n" BOTH_NORM(NL "norm1") BOTH_NORM(NL "norm2"),                                            \
     B "attn_output.weight 8,8\n" MADE_NORM(B "attn_output_norm") B "attn_qkv.weight 8,24\n" B "ffn_down.weight 6,8\n" \
     B "ffn_gate.weight 8,6\n" B "ffn_up.weight 8,6\n" MADE_NORM(B "layer_output_norm") "token_embd.weight 8,5\n"      \
     MADE_NORM("token_embd_norm") "token_types.weight 8,2\n",                                                          \
     "block_count 1\ncontext_length 2048\nembedding_length 8\nfeed_forward_length 6\nattention.head_count 2\n"         \
     "attention.layer_norm_epsilon 1e-12f\nrope.freq_base 1000f\n" NO_CAUSE}
#define DL "distilbert.transformer.layer.0."
#define NL "encoder.layers.0."

#define ENCODER_REFUSALS                                                                                               \
    {"bert", "\"gelu\"", "\"relu\"", ODD, "hidden_act"},                                                               \
    {"bert", ",\"hidden_act\"", ",\"is_decoder\":true,\"hidden_act\"", ODD, "is_decoder"},                             \
    {"bert", ",\"hidden_act\"", ",\"position_embedding_type\":\"relative_key\",\"hidden_act\"", ODD,                   \
     "position_embedding_type"},                                                                                       \
    {"bert", "BertModel", "BertForTokenClassification", ODD, "BertForTokenClassification"},                            \
    {"bert", "\"type_vocab_size\":2", "\"type_vocab_size\":3", BAD, "token_type_embeddings.weight"},                   \
    {"bert", ",\"layer_norm_eps\":1e-12", "", BAD, "layer_norm_eps"},                                                  \
    {"bert-old", "LayerNorm.gamma", "LayerNorm.weight", MZG_OK, ""},                                                   \
    {"bert-ranker", "\"1\":\"good\",", "", BAD, "tensor 'classifier.weight'"},                                         \
    {"bert-ranker", "\"0\":\"bad\"", "\"7\":\"bad\"", BAD, "id2label: key '0'"},                                       \
    {"bert-ranker", "pooler.dense.bias", "other.dense.bias", BAD, "'bert.pooler.dense.bias' is missing"},              \
    {"roberta", "\"pad_token_id\":2", "\"pad_token_id\":3", MZG_OK, ""},                                               \
    {"roberta", "\"pad_token_id\":2", "\"pad_token_id\":15", BAD, "max_position_embeddings"},                          \
    {"roberta", "\"pad_token_id\":2", "\"pad_token_id\":-1", BAD, "pad_token_id"},                                     \
    {"roberta", "position_embeddings.weight 16", "position_embeddings.weight 13", BAD, "position_embeddings.weight"},  \
    {"roberta-ranker", "\"num_labels\":1", "\"num_labels\":2", BAD, "classifier.out_proj.weight"},                     \
    {"distilbert", "vocab_projector", "pre_classifier", BAD, "'pre_classifier.bias' is left over"},                    \
    {"nomic-bert", "\"rotary_emb_fraction\":1.0", "\"rotary_emb_fraction\":0.5", ODD, "rotary_emb_fraction"},          \
    {"nomic-bert", "\"causal\":false", "\"causal\":true", ODD, "causal"},                                              \
    {"nomic-bert", "\"causal\":false", "\"num_experts\":8", ODD, "num_experts"},                                       \
    {"nomic-bert", "swiglu", "gelu", ODD, "activation_function"}
