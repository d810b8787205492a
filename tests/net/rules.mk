# What tests of the network need.
#   net-tools   the tools below do what they say
#   faulty      an HTTP server that misbehaves on command and counts bytes on the wire
TEST_STEPS += net-tools
.PHONY: net-tools

NET := $(B)/tests/net
FAULTY_OBJ := $(patsubst %,$(NET)/%.o,faulty serve conn request answer misbehave rules shape)
NET_TOOLS := $(NET)/faulty

$(NET)/faulty: $(FAULTY_OBJ)
	$(call run,LINK,$(CC) $(ALL_LDFLAGS) $^ -o $@)

net-tools: $(NET_TOOLS)
	@B='$(B)' tests/net/selftest.sh

-include $(FAULTY_OBJ:.o=.d)
