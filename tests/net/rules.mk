# What tests of the network need.
#   net-tools   the tools below do what they say
#   faulty      an HTTP server that misbehaves on command and counts bytes on the wire
#   raw         a client that does what no decent client does
#   mdns        announces any services on the local network
#   power.so    preloaded, takes the power away at a chosen moment: what was not synced is lost
TEST_STEPS += net-tools
.PHONY: net-tools

NET := $(B)/tests/net
FAULTY_OBJ := $(patsubst %,$(NET)/%.o,faulty serve conn request answer multipart misbehave rules shape)
POWER_SRC := $(patsubst %,tests/net/%.c,power power_bytes power_paths power_data power_names)
NET_TOOLS := $(NET)/faulty $(NET)/power.so $(NET)/power_ops

$(NET)/faulty: $(FAULTY_OBJ)
	$(call run,LINK,$(CC) $(ALL_LDFLAGS) $^ -o $@)

# Without sanitizers, like fault.so: it comes before their library.
$(NET)/power.so: $(POWER_SRC) tests/net/power.h
	@mkdir -p $(@D)
	$(call run,LINK,$(CC) $(STD) $(WARN) -O2 -shared $(POWER_SRC) -lpthread -o $@)
$(NET)/power_ops: tests/net/power_ops.c
	@mkdir -p $(@D)
	$(call run,LINK,$(CC) $(STD) $(WARN) -O2 $< -o $@)

$(NET)/raw $(NET)/mdns: $(NET)/%: tests/net/%.c
	@mkdir -p $(@D)
	$(call run,LINK,$(CC) $(STD) $(WARN) -O2 $< -o $@)

cli: $(NET_TOOLS) $(NET)/raw $(NET)/mdns
net-tools: $(NET_TOOLS)
	@B='$(B)' tests/net/selftest.sh

-include $(FAULTY_OBJ:.o=.d)
