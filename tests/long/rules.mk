# What takes longer than make test may.
LONG_STEPS += big-model made-models struck-every fuzz-long
.PHONY: big-model made-models struck-every fuzz-long

$(B)/tests/long/%: $(B)/tests/long/%.o $(B)/libmzigo.a
	$(call run,LINK,$(CC) $(ALL_LDFLAGS) $^ $(LIBS) -o $@)

big-model: all samples $(B)/tests/long/largest $(B)/tests/bench/peak
	@B='$(B)' tests/long/big_model.sh

made-models: all samples $(B)/tests/cli/made_model $(B)/tests/bench/peak
	@B='$(B)' tests/long/made_models.sh

# Struck at each thing that a command does to the disk, where make test takes samples.
struck-every: all samples $(CLI_TOOLS)
	@STRIDE=1 B='$(B)' tests/cli/run.sh struck resume pull_struck carry_struck mirror

# Ten minutes a parser.
fuzz-long:
	@+$(MAKE) --no-print-directory fuzz FUZZ_TIME=600

-include $(B)/tests/long/largest.d
