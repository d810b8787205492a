# Speed and memory, beside the peers in the same run. Nothing here can fail a test for being slow.
BENCH_STEPS += bench-kernels bench-memory bench-verify bench-whole
.PHONY: bench-kernels bench-memory bench-verify bench-whole bench-wire

$(B)/tests/bench/kernels: $(patsubst %,$(B)/tests/bench/%.o,encode uses efforts weights) \
	$(B)/tests/interop/ggml_peer.o
$(B)/tests/bench/%: $(B)/tests/bench/%.o $(B)/libmzigo.a
	$(call run,LINK,$(CC) $(ALL_LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) $(LIBS) -ldl -o $@)

bench-kernels: $(B)/tests/bench/kernels
	@tests/interop/install.sh $(PEERS) || { [ $$? = 77 ] && exit 0; exit 1; }; \
	[ ! -e $(PEER_LIB) ] || $< $(PEER_LIB) $(wildcard ../shared/data/use-lite/model.safetensors)

bench-memory: all samples $(B)/tests/bench/peak
	@B='$(B)' tests/bench/memory.sh

bench-verify: all samples $(B)/tests/bench/peak
	@B='$(B)' tests/bench/verify.sh

bench-whole: all samples $(B)/make_model $(B)/tests/bench/peak $(B)/tests/bench/peer_convert
	@B='$(B)' tests/bench/whole.sh $(PEERS)

# By itself, for it wants packages that nothing else does: what fetching costs on the wire beside other
# clients, and serving beside nginx.
bench-wire: all $(B)/make_model $(B)/tests/net/faulty
	@scripts/bootstrap.sh bench-wire
	@B='$(B)' tests/bench/wire.sh $(PEERS)
	@echo
	@B='$(B)' tests/bench/serve.sh

-include $(wildcard $(B)/tests/bench/*.d)
