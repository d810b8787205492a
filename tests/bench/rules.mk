# Speed and memory, beside the peers in the same run. Nothing here can fail a test for being slow.
BENCH_STEPS += bench-kernels bench-memory bench-verify
.PHONY: bench-kernels bench-memory bench-verify

$(B)/tests/bench/kernels: $(B)/tests/bench/weights.o $(B)/tests/interop/ggml_peer.o
$(B)/tests/bench/%: $(B)/tests/bench/%.o $(B)/libmzigo.a
	$(call run,LINK,$(CC) $(ALL_LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) $(LIBS) -ldl -o $@)

bench-kernels: $(B)/tests/bench/kernels
	@tests/interop/install.sh $(PEERS) || { [ $$? = 77 ] && exit 0; exit 1; }; \
	[ ! -e $(PEER_LIB) ] || $< $(PEER_LIB) $(wildcard ../shared/data/use-lite/model.safetensors)

bench-memory: all samples $(B)/tests/bench/peak
	@B='$(B)' tests/bench/memory.sh

bench-verify: all samples $(B)/tests/bench/peak
	@B='$(B)' tests/bench/verify.sh

-include $(wildcard $(B)/tests/bench/*.d)
