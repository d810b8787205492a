# Ours beside the real readers: llama.cpp's library, and the hub's own parser and clients.
INTEROP_STEPS += interop-grids interop-models interop-recipes interop-shamba interop-run interop-oci \
	interop-hub interop-fetch
# What takes minutes, or fetches the libraries that models are made with (900 MB), is not for each change's
# checks: by hand, before a change to what it is about is taken.
ifneq ($(CI),true)
INTEROP_STEPS += interop-blocks interop-arch interop-tokens interop-pytorch interop-onnx interop-genai \
	interop-registry interop-page interop-lora interop-real
endif
PEERS := $(B)/interop
PEER_LIB := $(PEERS)/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64/libggml-base.so
.PHONY: $(INTEROP_STEPS) interop-blocks interop-arch interop-tokens interop-pytorch interop-onnx interop-genai \
	interop-registry interop-page interop-lora interop-real

$(B)/tests/interop/ggml_blocks: $(B)/tests/interop/ggml_peer.o $(B)/tests/bench/weights.o \
	$(B)/tests/kernels/input.o $(B)/tests/kernels/types.o
$(B)/tests/interop/ggml_grids: $(B)/tests/interop/ggml_peer.o
$(B)/tests/interop/logits: $(B)/tests/interop/llama_run.o
$(B)/tests/interop/%: $(B)/tests/interop/%.o $(B)/libmzigo.a
	$(call run,LINK,$(CC) $(ALL_LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) $(LIBS) -ldl -o $@)

interop-grids: $(B)/tests/interop/ggml_grids
	@tests/interop/install.sh $(PEERS) || { [ $$? = 77 ] && exit 0; exit 1; }; \
	[ ! -e $(PEER_LIB) ] || $< $(PEER_LIB)

interop-blocks: $(B)/tests/interop/ggml_blocks
	@tests/interop/install.sh $(PEERS) || { [ $$? = 77 ] && exit 0; exit 1; }; \
	[ ! -e $(PEER_LIB) ] || $< $(PEER_LIB) ../shared/data/use-lite/model.safetensors

interop-models: all samples
	@B='$(B)' tests/interop/models.sh $(PEERS)

interop-arch: all $(B)/tests/interop/logits
	@B='$(B)' tests/interop/arch.sh $(PEERS) $(N)

$(B)/tests/interop/recipes: $(B)/tests/interop/recipe_models.o
interop-recipes: $(B)/tests/interop/recipes
	@tests/interop/install.sh $(PEERS) || { [ $$? = 77 ] && exit 0; exit 1; }; \
	[ ! -e $(PEER_LIB) ] || $< $(dir $(PEER_LIB))

interop-shamba: all
	@B='$(B)' tests/interop/shamba.sh $(PEERS)

interop-run: all $(B)/tests/interop/make_imatrix
	@B='$(B)' tests/interop/run_recipes.sh $(PEERS)

interop-oci: all samples
	@B='$(B)' tests/interop/oci.sh

interop-registry: all
	@B='$(B)' tests/interop/registry.sh $(PEERS)

interop-hub: all
	@B='$(B)' tests/interop/hub.sh $(PEERS)

interop-fetch: all
	@B='$(B)' tests/interop/fetch.sh

interop-page: all samples
	@B='$(B)' tests/interop/page.sh

interop-tokens: $(B)/tests/interop/token_ids
	@B='$(B)' tests/interop/tokens.sh $(PEERS)
interop-pytorch: all $(B)/tests/interop/pytorch_values
	@B='$(B)' tests/interop/pytorch.sh
interop-lora: all $(B)/tests/interop/logits
	@B='$(B)' tests/interop/lora.sh $(PEERS)
interop-real: all $(B)/tests/interop/logits
	@B='$(B)' tests/interop/real.sh $(PEERS)
interop-onnx: all
	@B='$(B)' tests/interop/onnx.sh $(PEERS)
interop-genai: all $(B)/tests/interop/logits
	@B='$(B)' tests/interop/genai.sh $(PEERS)

-include $(wildcard $(B)/tests/interop/*.d)
