/* lan.h: servers of the local network as mirrors of a command that fetches.
 *
 *   find          the servers that announce themselves
 *   announcement  a server of this machine announced
 *   service       what of that is believed: names, TXT, addresses
 *   engine        who asks the network: avahi.c, or none.c
 *   task          work that can be left behind
 *
 * What comes from them is checked like all else; they are only nearer. So they are asked for objects before
 * the others, but for documents only where no others were named (theirs may be old), and what they send is
 * not what a budget is for. */
#ifndef MZG_NET_LAN_LAN_H
#define MZG_NET_LAN_LAN_H

#include "tools/net/line.h"
#include "tools/options.h"

/* For the option tables of such commands. */
#define MZG_OPTIONS_LAN                                                                              \
    {"lan", 0, "TIME", 0, "Looks for servers on the local network for so long; 1s when not given, "  \
     "5s without a URL. Objects are asked for there first, and what comes from there counts "       \
     "neither for --budget nor for --limit-rate. Without a URL they also say which version is the " \
     "newest, and --window does not count."},                                                        \
    {"no-lan", 0, NULL, 0, "Looks for none."}
/* And for their descriptions. */
#define MZG_ABOUT_LAN                                                                                \
    "Servers on the local network (mzigo serve) are found by themselves, and asked for objects before " \
    "the others. They are not trusted: what no trusted key signed is refused, as from anywhere. With a URL " \
    "that alone says which bundles there are and which is the newest."

/* Adds the servers that are found to l's mirrors. Where there are none yet, no others were named and one has
 * to be found: MZG_NETWORK when none is. Otherwise that nothing can be looked for is no error. elsewhere: not
 * this machine's own servers. */
enum mzg_code mzg_lan_add(struct mzg_line *l, const struct mzg_args *a, bool elsewhere, struct mzg_err *e) MZG_MUST;

#endif
