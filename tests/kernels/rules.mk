# The kernel harness, native and for aarch64 under qemu. Kernels need only libc, so this builds
# without the other libraries.
#   kernels-test    every variant this CPU has, and the check that none is left out of the list
#   kernels-arm     the same, cross-built, with fewer inputs for searches; kernels-arm-long: with all
#   kernels-plant   plants faults in a copy and shows that kernels-test finds them
#   kernels-bench   speed of every variant
HARNESS_SRC := $(filter-out $(OTHER_ARCH),$(wildcard tests/kernels/*.c))
HARNESS_OBJ := $(HARNESS_SRC:%.c=$(B)/%.o)
HARNESS := $(B)/tests/kernels/harness
KERNEL_OBJ := $(KERNEL_SRC:%.c=$(B)/%.o)
ARM_CC ?= aarch64-linux-gnu-gcc
ARM_RUN ?= qemu-aarch64-static

TEST_STEPS += kernels-test kernels-arm
LONG_STEPS += kernels-plant kernels-arm-long
.PHONY: kernels-test kernels-arm kernels-arm-long kernels-plant kernels-bench

$(HARNESS): $(HARNESS_OBJ) $(KERNEL_OBJ)
	$(call run,LINK,$(CC) $(ALL_LDFLAGS) $^ -lm -o $@)

# HARNESS_RUN: the program that runs it, when it is not for this machine.
kernels-test: $(HARNESS)
	@tests/kernels/listed.sh $(HARNESS) "$(HARNESS_RUN)" $(KERNEL_OBJ)
	@$(HARNESS_RUN) $(HARNESS) $(HARNESS_ARGS)

# An emulator and sanitizers take their time.
HARNESS_JOBS := --jobs $(shell nproc)
HARNESS_ARGS := $(HARNESS_JOBS) $(if $(SAN),--quick)
kernels-arm: ARM_ARGS := $(HARNESS_JOBS) --quick
kernels-arm-long: ARM_ARGS := $(HARNESS_JOBS)
kernels-arm kernels-arm-long:
	@if command -v $(ARM_CC) >/dev/null && command -v $(ARM_RUN) >/dev/null; then \
		$(MAKE) --no-print-directory B=$(B)/arm CC=$(ARM_CC) CFLAGS='-O2 -g' LDFLAGS=-static \
			SAN= HARNESS_RUN=$(ARM_RUN) HARNESS_ARGS='$(ARM_ARGS)' kernels-test; \
	else echo 'skipped: no $(ARM_CC) or no $(ARM_RUN)'; fi

kernels-plant:
	@tests/kernels/plant.sh

kernels-bench: $(HARNESS)
	@$(HARNESS_RUN) $(HARNESS) --bench

-include $(HARNESS_OBJ:.o=.d)
