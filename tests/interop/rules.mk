# Ours beside the real readers: llama.cpp's library, and the hub's own parser.
INTEROP_STEPS += interop-blocks interop-models interop-shamba
PEERS := $(B)/interop
PEER_LIB := $(PEERS)/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64/libggml-base.so
.PHONY: interop-blocks interop-models interop-shamba

$(B)/tests/interop/%: $(B)/tests/interop/%.o $(B)/libmzigo.a
	$(call run,LINK,$(CC) $(ALL_LDFLAGS) $^ $(LIBS) -ldl -o $@)

interop-blocks: $(B)/tests/interop/ggml_blocks
	@tests/interop/install.sh $(PEERS) || { [ $$? = 77 ] && exit 0; exit 1; }; \
	[ ! -e $(PEER_LIB) ] || $< $(PEER_LIB) ../shared/data/use-lite/model.safetensors

interop-models: all samples
	@B='$(B)' tests/interop/models.sh $(PEERS)

interop-shamba: all
	@B='$(B)' tests/interop/shamba.sh $(PEERS)

-include $(B)/tests/interop/ggml_blocks.d
