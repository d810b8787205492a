# Fuzzing: a target is tests/fuzz/fuzz_NAME.c (LLVMFuzzerTestOneInput; a line "Covers: FILE..." names
# the parsers it is for) with its first inputs in tests/fuzz/corpus/NAME/. `make test` replays those.
FUZZ_SAN := fuzzer-no-link,$(SANITIZERS)
.PHONY: fuzz fuzz-run fuzz-coverage fuzz-coverage-run coverage coverage-run

fuzz:
	@scripts/bootstrap.sh ci
# Warnings are told of by the usual build; clang has some only about loops that sanitizers have changed.
	@+$(MAKE) --no-print-directory B=$(B)/fuzz CC=clang SAN=$(FUZZ_SAN) WARN=-w CFLAGS='-O1 -g' FUZZING=yes \
		fuzz-run

# Inside that build. Parsers are what is fuzzed; kernels, which take longest to compile, are sanitized in
# `make asan`.
ifdef FUZZING
$(KERNEL_SRC:%.c=$(B)/%.o): SAN_FLAGS :=
endif
$(B)/tests/fuzz/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(B)/libmzigo.a
	$(call run,LINK,$(CC) $(LDFLAGS) -fsanitize=fuzzer$(,)$(SANITIZERS) $(objects_first) $(LIBS) -o $@)

# New inputs are kept in $(B)/corpus; the one that breaks something in $(B)/found. Two million ids, the most
# that a tokenizer may have, take three seconds here, and more on a machine that has other things to do.
fuzz-run: $(FUZZ_TARGETS:%=$(B)/tests/fuzz/fuzz_%)
	@[ -n '$(FUZZ_TARGETS)' ] || echo 'skipped: no fuzz target'
	@for t in $(FUZZ_TARGETS); do \
		mkdir -p $(B)/corpus/$$t $(B)/found; \
		$(B)/tests/fuzz/fuzz_$$t -max_total_time=$(FUZZ_TIME) -timeout=30 -rss_limit_mb=2048 \
			-max_len=65536 -artifact_prefix=$(B)/found/$$t- -print_final_stats=1 \
			$(B)/corpus/$$t tests/fuzz/corpus/$$t >$(B)/found/$$t.log 2>&1 \
			|| { tail -n 40 $(B)/found/$$t.log; exit 1; }; \
		printf '  %-20s %s runs\n' $$t "$$(sed -n 's/.*number_of_executed_units: //p' $(B)/found/$$t.log)"; \
	done

# Lines of each parser that its corpus (and what `make fuzz` has found since) runs through.
fuzz-coverage:
	@+$(MAKE) --no-print-directory B=$(B)/coverage CC=gcc CFLAGS='-O1 -g --coverage' \
		LDFLAGS=--coverage fuzz-coverage-run
fuzz-coverage-run: $(REPLAY_BIN)
	@B='$(B)' FOUND='$(dir $(B))fuzz/corpus' tests/fuzz/coverage.sh $(FUZZ_TARGETS)

# Lines of the parsers of what comes from outside that all inputs together run through: corpora, unit tests, refused
# files. Fails where a parser has less than 80 %.
PARSER_UNITS := $(wildcard $(patsubst %,tests/unit/test_%.c,config families model* json tokenizer_* pretokenizer vocab* \
	pickle pytorch onnx* packed weights safetensors gguf kvs parts pooling rope protobuf genai* params whisper* lora))
coverage:
	@scripts/bootstrap.sh test
	@+$(MAKE) --no-print-directory B=$(B)/coverage CC=gcc CFLAGS='-O1 -g --coverage' \
		LDFLAGS=--coverage WARN=-w UNIT_SRC='$(PARSER_UNITS)' coverage-run
coverage-run: all samples $(UNIT_BIN) $(REPLAY_BIN)
	@B='$(B)' FOUND='$(dir $(B))fuzz/corpus' TARGETS='$(FUZZ_TARGETS)' tests/fuzz/parsers.sh $(UNIT_BIN)
