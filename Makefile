# mzigo: build, tests, installation. Two commands are all a newcomer needs: make demo, make test.
#
#   make                 the program and the library
#   make demo            the main job from end to end on a small sample
#   make test            all tests but the long ones; make unit, cli, layers, ...: one step of them
#   make cli T='pack ..' runs only these scripts of tests/cli
#   make test-long       those that take longer: many kills, a bare machine, long fuzzing
#   make asan, tsan      the tests under sanitizers; make check-clang: built by clang without a warning
#   make fuzz            looks for new inputs, FUZZ_TIME=seconds per target; make fuzz-coverage, coverage
#   make bench, interop  beside the real peers; make bench-wire: beside other clients of a network
#   make install         PREFIX (/usr/local) and DESTDIR as usual; make uninstall
#   make deps            asks for, or installs, the Debian packages that are missing
#
#   B=folder: where everything is built (default build). V=1: whole commands. CI=true: -Werror.
#   WITHOUT=avahi: leaves out what finds servers on the local network, as where Avahi is not installed.
#   CC, CFLAGS, LDFLAGS as usual; SAN=address,undefined,... builds with sanitizers.
VERSION := $(shell cat VERSION)
B ?= build
CFLAGS ?= -O2 -g
PKG_CONFIG ?= pkg-config
FUZZ_TIME ?= 60
SANITIZERS := address,undefined,float-cast-overflow

# ---- flags ----

WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Wformat=2
ifeq ($(CI),true)
WARN += -Werror
endif
LIBS_PKG := libzstd libarchive libcrypto jansson yaml-0.1
ARCH := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine 2>/dev/null)))

# No contraction and no fast math anywhere: the same source must give the same bits (SPEC.md).
STD := -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -ffp-contract=off -fno-math-errno -fPIC
INC := -I. -Iformats $(shell $(PKG_CONFIG) --cflags $(LIBS_PKG) 2>/dev/null)
LIBS := $(shell $(PKG_CONFIG) --libs $(LIBS_PKG) 2>/dev/null) -lpthread -lm
# What talks to the network: the program's only, the library does without.
LAN_PKG := $(if $(filter avahi,$(WITHOUT)),,$(shell $(PKG_CONFIG) --exists avahi-client 2>/dev/null && \
	echo avahi-client))
NET_PKG := libcurl libmicrohttpd $(LAN_PKG)
NET_LIBS := $(shell $(PKG_CONFIG) --libs $(NET_PKG) 2>/dev/null)
# The server's page has squares for phones' cameras where this is there.
ifeq ($(shell $(PKG_CONFIG) --exists libqrencode 2>/dev/null && echo yes),yes)
NET_LIBS += $(shell $(PKG_CONFIG) --libs libqrencode)
QR_CFLAGS := -DMZG_HAVE_QRENCODE $(shell $(PKG_CONFIG) --cflags libqrencode)
endif
ifdef SAN
SAN_FLAGS := -fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
ALL_CFLAGS = $(STD) $(WARN) $(INC) -DMZG_VERSION='"$(VERSION)"' $(QR_CFLAGS) $(CFLAGS) $(SAN_FLAGS)
ALL_LDFLAGS = $(LDFLAGS) $(SAN_FLAGS)

# A kernel file's suffix names its instruction set, and so its flags.
ISA_avx2 := -mavx2 -mf16c
ISA_avx512 := -mavx2 -mf16c -mavx512f -mavx512bw -mavx512dq -mavx512vl
ISA_vnni := $(ISA_avx512) -mavx512vnni
ISA_neon :=
ISA_dotprod := -march=armv8.2-a+dotprod
isa = $(lastword $(subst _, ,$(basename $(notdir $1))))

# ---- sources ----

X86_ONLY := %_avx2.c %_avx512.c %_vnni.c
ARM_ONLY := %_neon.c %_dotprod.c
ifeq ($(ARCH),x86_64)
OTHER_ARCH := $(ARM_ONLY)
else ifeq ($(ARCH),aarch64)
OTHER_ARCH := $(X86_ONLY)
else
OTHER_ARCH := $(X86_ONLY) $(ARM_ONLY)
endif
KERNEL_SRC := $(filter-out $(OTHER_ARCH),$(wildcard kernels/*.c kernels/*/*.c))
LIB_SRC := $(KERNEL_SRC) $(wildcard formats/base/*.c formats/model/*.c formats/model/*/*.c \
	formats/bundle/*.c formats/bundle/*/*.c formats/*.c)
OTHER_ENGINE := tools/net/lan/$(if $(LAN_PKG),none,avahi).c
TOOL_SRC := $(filter-out $(OTHER_ENGINE),$(wildcard tools/*.c tools/*/*.c tools/*/*/*.c tools/*/*/*/*.c))
UNIT_SRC ?= $(wildcard tests/unit/test_*.c)
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)

LIB_OBJ := $(LIB_SRC:%.c=$(B)/%.o)
TOOL_OBJ := $(TOOL_SRC:%.c=$(B)/%.o)
UNIT_BIN := $(UNIT_SRC:%.c=$(B)/%)
FUZZ_TARGETS := $(FUZZ_SRC:tests/fuzz/fuzz_%.c=%)
REPLAY_BIN := $(FUZZ_TARGETS:%=$(B)/tests/fuzz/replay_%)

# ---- building ----

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all
all: $(B)/mzigo

ifdef V
run = $2
else
run = @printf '  %-7s%s\n' '$1' '$(or $3,$@)'; $2
endif

# Rebuilds everything when the compiler, a flag or a library changes.
STAMP := $(B)/flags.stamp
$(shell mkdir -p $(B); echo '$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(NET_LIBS)' > $(B)/flags.new; \
	cmp -s $(B)/flags.new $(STAMP) || cp $(B)/flags.new $(STAMP))

$(B)/%.o: %.c $(STAMP)
	@mkdir -p $(@D)
	$(call run,CC,$(CC) $(ALL_CFLAGS) $(ISA_$(call isa,$<)) -MMD -MP -c $< -o $@,$<)

$(B)/libmzigo.a: $(LIB_OBJ)
	@rm -f $@
	$(call run,AR,$(AR) rcs $@ $^)

$(B)/mzigo: $(TOOL_OBJ) $(B)/libmzigo.a
	$(call run,LINK,$(CC) $(ALL_LDFLAGS) $^ $(LIBS) $(NET_LIBS) -o $@)

# The installed header stands alone; the shared library shows what it declares and nothing else.
SO := libmzigo.so.$(firstword $(subst ., ,$(VERSION)))
HEADERS := formats/mzigo.h $(wildcard formats/base/*.h)
$(B)/mzigo.h: $(HEADERS) scripts/flatten.awk
	$(call run,GEN,awk -f scripts/flatten.awk -v root=formats formats/mzigo.h > $@)

$(B)/exports.map: $(B)/mzigo.h
	@{ echo '{ global:'; grep -o '\bmzg_[a-z0-9_]*(' $< | tr '(' ';' | sort -u; \
		echo 'local: *; };'; } > $@

$(B)/$(SO): $(LIB_OBJ) $(B)/exports.map
	$(call run,LINK,$(CC) $(ALL_LDFLAGS) -shared -Wl$(,)-soname$(,)$(SO) \
		-Wl$(,)--version-script=$(B)/exports.map -Wl$(,)-z$(,)defs $(LIB_OBJ) $(LIBS) -o $@)
, := ,

# ---- tests: a step is a target; tests/*/rules.mk may add to the lists ----

TEST_STEPS := unit cli refused readme fuzz-replay layers installed
ASAN_STEPS := unit cli refused fuzz-replay kernels-test
TSAN_STEPS := unit cli
LONG_STEPS := bare
BENCH_STEPS :=
INTEROP_STEPS :=
.PHONY: readme samples demo demo-run test test-run test-long unit cli refused fuzz-replay layers \
	installed bare asan tsan check-clang bench interop deps clean

# Missing packages may change what this file finds out about the machine, so it is read again.
deps:
	@scripts/bootstrap.sh test
demo:
	@scripts/bootstrap.sh build
	@+$(MAKE) --no-print-directory demo-run
demo-run: all
	@B='$(B)' samples/demo.sh
test:
	@scripts/bootstrap.sh test
	@+$(MAKE) --no-print-directory test-run
test-run: all
	@+tests/steps.sh '$(MAKE)' $(TEST_STEPS)
test-long:
	@scripts/bootstrap.sh long
	@+$(MAKE) --no-print-directory all
	@+tests/steps.sh '$(MAKE)' $(LONG_STEPS)
bench:
	@scripts/bootstrap.sh test
	@+tests/steps.sh '$(MAKE)' $(BENCH_STEPS)
interop:
	@scripts/bootstrap.sh interop
	@+tests/steps.sh '$(MAKE)' $(INTEROP_STEPS)

# Rooms of the program are tested as the library's are: tools.a is all of its objects but main.
$(B)/tools.a: $(filter-out %/main.o,$(TOOL_OBJ))
	@rm -f $@
	$(call run,AR,$(AR) rcs $@ $^)

$(B)/tests/unit/%: $(B)/tests/unit/%.o $(B)/tools.a $(B)/libmzigo.a
	$(call run,LINK,$(CC) $(ALL_LDFLAGS) $^ -lcmocka $(LIBS) $(NET_LIBS) -o $@)

unit: $(UNIT_BIN)
	@tests/unit/run.sh $(UNIT_BIN)

# What the command line tests need: fault.so strikes a program at a chosen moment, clock.so is a wall clock that
# jumps, json reads JSON, bencode torrents, pty is a terminal, made_model makes models.
CLI_TOOLS := $(B)/tests/cli/fault.so $(B)/tests/cli/clock.so \
	$(patsubst %,$(B)/tests/cli/%,json bencode pty made_model)
$(B)/tests/cli/%.so: tests/cli/%.c
	@mkdir -p $(@D)
	$(call run,LINK,$(CC) $(STD) $(WARN) -O2 -shared $< -ldl -o $@)
$(patsubst %,$(B)/tests/cli/%,json bencode pty made_model): $(B)/tests/cli/%: tests/cli/%.c
	@mkdir -p $(@D)
	$(call run,LINK,$(CC) $(STD) $(WARN) $(INC) -O2 $< $(LIBS) -o $@)

cli: all samples $(CLI_TOOLS)
	@B='$(B)' SAN='$(SAN)' tests/cli/run.sh $(T)

readme: all samples
	@B='$(B)' tests/readme.sh

refused: all samples
	@B='$(B)' tests/refused.sh

# These ones' parsers are the program's, and what an archive needs stands behind it.
objects_first = $(filter %.o,$^) $(filter %/tools.a,$^) $(filter %/libmzigo.a,$^)
$(foreach t,http_head hub,$(B)/tests/fuzz/replay_$t $(B)/tests/fuzz/fuzz_$t): $(B)/tools.a
$(REPLAY_BIN): $(B)/tests/fuzz/replay_%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/replay.o \
		$(B)/libmzigo.a
	$(call run,LINK,$(CC) $(ALL_LDFLAGS) $(objects_first) $(LIBS) -o $@)

fuzz-replay: $(REPLAY_BIN)
	@for t in $(FUZZ_TARGETS); do $(B)/tests/fuzz/replay_$$t tests/fuzz/corpus/$$t || exit 1; done

layers:
	@tests/layers.sh
	@tests/layers.sh --self-test

bare:
	@tests/bare.sh

# What is struck at every moment runs the same code a thousand times: that is for the usual build.
ASAN_CLI := pull resume $(filter-out pull resume struck carry_struck pull_struck lib run serving,$(basename $(notdir $(wildcard tests/cli/*.sh))))
asan:
	@scripts/bootstrap.sh test
	@+$(MAKE) --no-print-directory B=$(B)/asan SAN=$(SANITIZERS) all
	@+B=$(B)/asan SAN=$(SANITIZERS) T='$(ASAN_CLI)' tests/steps.sh '$(MAKE)' $(ASAN_STEPS)
# Of the unit tests, those of rooms that have threads, or are called by them.
TSAN_UNIT := $(wildcard $(patsubst %,tests/unit/test_%.c,pool progress convert several resume check measure values packed \
	stream lora whisper arrival partial mirrors upkeep lan serve_*))
tsan:
	@scripts/bootstrap.sh test
	@+$(MAKE) --no-print-directory B=$(B)/tsan SAN=thread all
	@+B=$(B)/tsan SAN=thread T='convert bundle serve plain' UNIT_SRC='$(TSAN_UNIT)' tests/steps.sh \
		'$(MAKE)' $(TSAN_STEPS)
check-clang:
	@+$(MAKE) --no-print-directory CC=clang CI=true B=$(B)/clang all unit

-include scripts/install.mk tests/fuzz/fuzz.mk

clean:
	rm -rf $(B)

-include $(LIB_OBJ:.o=.d) $(TOOL_OBJ:.o=.d) $(UNIT_SRC:%.c=$(B)/%.d) $(FUZZ_SRC:%.c=$(B)/%.d)
-include $(wildcard tests/*/rules.mk samples/rules.mk)
