# Sourced by tests that need a bad network, beside tests/cli/lib.sh. Any number of servers, each under a
# name: $T/NAME.log is its log (columns: tests/net/faulty.c), $T/NAME.rules its rules, $T/NAME.err stderr.
declare -A served=()
trap unserve_all EXIT

# Starts it for a folder; url: its address. It begins with the rules that are there, an empty log, and
# knows nothing of an earlier one of its name.
serve() { # NAME ROOT [OPTION]...
    local name=$1 root_=$2 i
    shift 2
    unserve "$name"
    rm -f "$T/$name.port" "$T/$name.log"
    [ -e "$T/$name.rules" ] || : >"$T/$name.rules"
    "$B/tests/net/faulty" "$root_" --port-file "$T/$name.port" --log "$T/$name.log" \
        --rules "$T/$name.rules" "$@" 2>"$T/$name.err" &
    served[$name]=$!
    for ((i = 0; i < 500; i++)); do
        [ ! -e "$T/$name.port" ] || break
        sleep 0.01
    done
    url=http://127.0.0.1:$(cat "$T/$name.port")
}

unserve() { # NAME
    [ -n "${served[$1]:-}" ] || return 0
    kill "${served[$1]}" 2>/dev/null
    wait "${served[$1]}" 2>/dev/null
    unset "served[$1]"
}
unserve_all() {
    local name
    for name in "${!served[@]}"; do unserve "$name"; done
}

# New weather for a server, one rule an argument, at once and whole.
rules() { # NAME [RULE]...
    local name=$1
    shift
    printf '%s\n' "$@" >"$T/$name.rules.new"
    mv "$T/$name.rules.new" "$T/$name.rules"
}

# Bytes that it sent and that it received, heads and bodies, for targets like PATTERN.
wire_bytes() { # NAME [PATTERN]
    awk -v like="${2:-.}" '$2 ~ like { n += $5 + $6 + $8 } END { printf "%d\n", n }' "$T/$1.log"
}
