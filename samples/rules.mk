# The project's own small models: `make samples` makes build/samples/tiny (byte-level BPE) and
# tiny-spm (SentencePiece) with make_model. A folder that has its config.json is whole.
$(B)/make_model: $(B)/samples/make_model.o $(B)/samples/make_tokenizer.o
	$(call run,LINK,$(CC) $(ALL_LDFLAGS) $^ -o $@)

$(B)/samples/tiny/config.json: TOKENIZER := bpe
$(B)/samples/tiny-spm/config.json: TOKENIZER := spm
$(B)/samples/tiny/config.json $(B)/samples/tiny-spm/config.json: $(B)/make_model
	$(call run,SAMPLE,rm -rf $(@D) && $(B)/make_model --out $(@D) --tokenizer $(TOKENIZER),$(@D))

samples: $(B)/samples/tiny/config.json $(B)/samples/tiny-spm/config.json

-include $(B)/samples/make_model.d $(B)/samples/make_tokenizer.d
