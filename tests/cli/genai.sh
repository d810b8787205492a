# Folders of onnxruntime-genai's builder, which have no config.json. Each bad file: tests/refused/genai.
. "$root/tests/cli/lib.sh"
good=$root/tests/refused/genai/good
tiny=$root/../shared/data/ort-genai-tiny/tiny-random

ok convert "$good" -o m.gguf --to F32 -q
ok check m.gguf --against "$good"
ok inspect m.gguf --metadata
contains "its file is recorded" "$T/out" "genai_config.json, tokenizer.model, model.onnx"
contains "the epsilon is the graph's" "$T/out" "llama.attention.layer_norm_rms_epsilon  9.99999975e-06"
contains "the base is the angles'" "$T/out" "llama.rope.freq_base                    500000"
ok inspect "$good"
contains "what it is" "$T/out" llama
ok convert "$good" -o again.gguf --to F32 -q --threads 3
check "the same bytes" cmp -s m.gguf again.gguf

# Beside a config.json, that says it; ONNX models of others, and other families' in this form, are not supported.
cp -r "$good" f
rm f/genai_config.json
config='{"architectures":["LlamaForCausalLM"],"hidden_size":4,"intermediate_size":6,"num_hidden_layers":1,"num_attention_heads":1,'
config+='"vocab_size":5,"max_position_embeddings":32,"rms_norm_eps":1e-05}'
echo "$config" >f/config.json
ok convert f -o c.gguf --to F32 -q
ok inspect c.gguf --metadata
contains "config.json goes first" "$T/out" "llama.context_length                    32"
echo "${config/Llama/Gemma}" | sed 's/,"rms/,"hidden_activation":"gelu_pytorch_tanh","rms/' >f/config.json
no 5 "model.onnx: what ONNX makes of the weights of 'GemmaForCausalLM' is not known" convert f -o no.gguf --to F32 -q
echo "${config/layers\":1/layers\":2}" >f/config.json
no 5 "model.onnx is not in a form that is known for llama" convert f -o no.gguf --to F32 -q
echo "$config" >f/config.json
cp "$root/tests/refused/genai/producer/model.onnx" f
no 5 "ONNX models but those of onnxruntime-genai do not say which weights are which" convert f -o no.gguf --to F32 -q
check "nothing is written" [ ! -e no.gguf ]

if [ ! -d "$tiny-llama-fp16" ]; then
    skip "../shared/data/ort-genai-tiny is not here"
    finish
    exit
fi
ok convert "$tiny-llama-fp16" -o real.gguf --to F16 -q
ok check real.gguf --against "$tiny-llama-fp16"
ok inspect real.gguf --metadata
contains "the base of a real one, in half precision" "$T/out" "llama.rope.freq_base                    10000"
contains "its epsilon" "$T/out" "layer_norm_rms_epsilon  9.99999997e-07"
no 5 "models of type 'gpt2' are not supported in this form" convert "$tiny-gpt2-fp32" -o no.gguf --to F16
no 5 "models of type 'lfm2' are not supported in this form" convert "$tiny-lfm2-fp32" -o no.gguf --to F16
check "nothing is written" [ ! -e no.gguf ]
finish
