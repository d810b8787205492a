# mzigo: build, tests, installation. Two commands are all a newcomer needs: make demo, make test.
#   B=folder      where everything is built (default build)
#   CC, CFLAGS, LDFLAGS as usual; SAN=address,undefined,... builds with sanitizers; CI=true: -Werror
#   PREFIX, DESTDIR for install
VERSION := $(shell cat VERSION)
B ?= build
CFLAGS ?= -O2 -g
PKG_CONFIG ?= pkg-config
WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Wformat=2
ifeq ($(CI),true)
WARN += -Werror
endif
LIBS_PKG := libzstd libarchive libcrypto jansson
ARCH := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine 2>/dev/null)))

# No contraction and no fast math anywhere: the same source must give the same bits (SPEC.md).
STD := -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -ffp-contract=off -fno-math-errno -fPIC
INC := -I. -Iformats $(shell $(PKG_CONFIG) --cflags $(LIBS_PKG) 2>/dev/null)
LIBS := $(shell $(PKG_CONFIG) --libs $(LIBS_PKG) 2>/dev/null) -lpthread -lm
ifdef SAN
CFLAGS += -fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer
LDFLAGS += -fsanitize=$(SAN)
endif
ALL_CFLAGS = $(STD) $(WARN) $(INC) -DMZG_VERSION='"$(VERSION)"' $(CFLAGS)

# A kernel file's suffix names its instruction set, and so its flags.
ISA_avx2 := -mavx2 -mf16c
ISA_avx512 := -mavx2 -mf16c -mavx512f -mavx512bw -mavx512dq -mavx512vl
ISA_vnni := $(ISA_avx512) -mavx512vnni
ISA_neon :=
ISA_dotprod := -march=armv8.2-a+dotprod
isa = $(lastword $(subst _, ,$(basename $(notdir $1))))

X86_ONLY := %_avx2.c %_avx512.c %_vnni.c
ARM_ONLY := %_neon.c %_dotprod.c
KERNEL_SRC := $(wildcard kernels/*.c)
ifeq ($(ARCH),x86_64)
KERNEL_SRC := $(filter-out $(ARM_ONLY),$(KERNEL_SRC))
else ifeq ($(ARCH),aarch64)
KERNEL_SRC := $(filter-out $(X86_ONLY),$(KERNEL_SRC))
else
KERNEL_SRC := $(filter-out $(X86_ONLY) $(ARM_ONLY),$(KERNEL_SRC))
endif
LIB_SRC := $(KERNEL_SRC) $(wildcard formats/base/*.c formats/model/*.c formats/bundle/*.c formats/*.c)
TOOL_SRC := $(wildcard tools/*.c)
UNIT_SRC := $(wildcard tests/unit/test_*.c)

LIB_OBJ := $(LIB_SRC:%.c=$(B)/%.o)
TOOL_OBJ := $(TOOL_SRC:%.c=$(B)/%.o)
UNIT_BIN := $(UNIT_SRC:%.c=$(B)/%)

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all unit clean
# The program is linked as soon as the library it calls is whole.
all: $(B)/libmzigo.a $(TOOL_OBJ) $(if $(wildcard formats/mzigo.c),$(B)/mzigo)

# Rebuilds everything when the compiler or a flag changes.
STAMP := $(B)/flags.stamp
$(shell mkdir -p $(B); echo '$(CC) $(ALL_CFLAGS) $(LDFLAGS)' > $(B)/flags.new; \
	cmp -s $(B)/flags.new $(STAMP) || cp $(B)/flags.new $(STAMP))

$(B)/%.o: %.c $(STAMP)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ISA_$(call isa,$<)) -MMD -MP -c $< -o $@

$(B)/libmzigo.a: $(LIB_OBJ)
	rm -f $@
	$(AR) rcs $@ $^

$(B)/mzigo: $(TOOL_OBJ) $(B)/libmzigo.a
	$(CC) $(LDFLAGS) $^ $(LIBS) -o $@

# Rooms of the program are tested as the library's are: all of its objects but main.
$(B)/tools.a: $(filter-out %/main.o,$(TOOL_OBJ))
	rm -f $@
	$(AR) rcs $@ $^

$(B)/tests/unit/%: $(B)/tests/unit/%.o $(B)/tools.a $(B)/libmzigo.a
	$(CC) $(LDFLAGS) $^ -lcmocka $(LIBS) -o $@

unit: $(UNIT_BIN)
	@for t in $(UNIT_BIN); do $$t || exit 1; done

clean:
	rm -rf $(B)

-include $(LIB_OBJ:.o=.d) $(TOOL_OBJ:.o=.d) $(UNIT_SRC:%.c=$(B)/%.d)
-include $(wildcard tests/*/rules.mk samples/rules.mk)
