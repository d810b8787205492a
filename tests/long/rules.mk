# What takes longer than make test may.
LONG_STEPS += big-model
.PHONY: big-model

$(B)/tests/long/%: $(B)/tests/long/%.o $(B)/libmzigo.a
	$(call run,LINK,$(CC) $(ALL_LDFLAGS) $^ $(LIBS) -o $@)

big-model: all samples $(B)/tests/long/largest $(B)/tests/bench/peak
	@B='$(B)' tests/long/big_model.sh

-include $(B)/tests/long/largest.d
