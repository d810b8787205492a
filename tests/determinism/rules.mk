# The same convert gives the same bytes: whatever the number of threads, the CPU's features, the
# compiler, the optimisation, the architecture (SPEC.md, "Determinism").
#   determinism         this machine, other builds of the program, the digests in golden.sha256
#   determinism-arm     the program built for aarch64, under qemu
#   determinism-update  writes golden.sha256, after a quantizer got a new revision
TEST_STEPS += determinism determinism-arm
.PHONY: determinism determinism-arm determinism-update

DET := $(B)/determinism
DET_RUN = B='$(B)' FEATURES='$(patsubst ISA_%,%,$(filter ISA_%,$(.VARIABLES)))' \
	tests/determinism/run.sh
# Warnings are told of by the usual build.
DET_MAKE = $(MAKE) --no-print-directory SAN= LDFLAGS= WARN=-w
# The compiler that $(CC) is not.
DET_OTHER := $(if $(findstring clang,$(CC)),gcc,clang)
# What an optimiser may do at most, and may not change.
DET_BOLD := -O3 -march=native -funroll-loops

DET_ROWS := $(DET)/rows.safetensors $(B)/tests/interop/make_imatrix
$(DET)/make_rows: tests/determinism/make_rows.c tests/random.h
	@mkdir -p $(@D)
	$(call run,LINK,$(CC) $(STD) $(WARN) -I. -O2 tests/determinism/make_rows.c -o $@)
$(DET)/rows.safetensors: $(DET)/make_rows
	$(call run,SAMPLE,$< $@)

determinism: all samples $(DET_ROWS)
	@+if command -v $(DET_OTHER) >/dev/null; then \
		$(DET_MAKE) B=$(DET)/$(DET_OTHER) CC=$(DET_OTHER) CFLAGS=-O2 $(DET)/$(DET_OTHER)/mzigo; fi
	@+$(DET_MAKE) B=$(DET)/O0 CFLAGS=-O0 $(DET)/O0/mzigo
	@+$(DET_MAKE) B=$(DET)/bold CFLAGS='$(DET_BOLD)' $(DET)/bold/mzigo
	@$(DET_RUN) here $(DET_OTHER) O0 bold

# pkg-config looks into the arm64 libraries only; -isystem: headers that differ by architecture.
ARM_ROOT = $(abspath $(DET))/arm64/root
ARM_ENV = PKG_CONFIG_SYSROOT_DIR=$(ARM_ROOT) PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 \
	PKG_CONFIG_ALLOW_SYSTEM_LIBS=1 \
	PKG_CONFIG_LIBDIR=$(ARM_ROOT)/usr/lib/aarch64-linux-gnu/pkgconfig:$(ARM_ROOT)/usr/share/pkgconfig
determinism-arm: all samples $(DET_ROWS)
	@+for c in $(ARM_CC) $(ARM_RUN); do \
		command -v $$c >/dev/null || { echo "skipped: no $$c" && exit 0; }; done; \
	tests/determinism/sysroot.sh $(DET)/arm64 || { [ $$? = 77 ] && exit 0; exit 1; }; \
	$(ARM_ENV) $(DET_MAKE) B=$(DET)/arm64/build CC=$(ARM_CC) \
		CFLAGS='-O2 -isystem $(ARM_ROOT)/usr/include/aarch64-linux-gnu' \
		LDFLAGS=-Wl,-rpath-link,$(ARM_ROOT)/lib/aarch64-linux-gnu:$(ARM_ROOT)/usr/lib/aarch64-linux-gnu \
		$(DET)/arm64/build/mzigo && \
	ARM_RUN='$(ARM_RUN)' $(DET_RUN) arm

determinism-update: all samples $(DET_ROWS)
	@$(DET_RUN) update
