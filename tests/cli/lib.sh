# Sourced by the command line tests. A test script runs in an empty folder and ends by `finish`.
#   $MZIGO  the program      $SAMPLE  a small model in Hugging Face layout
#   $T      a folder for what is not part of the test: the last run's output in $T/out and $T/err
T=$(cd .. && pwd)
passed=0 failed=0 skipped=0
: >"$T/out"
: >"$T/err"

pass() { passed=$((passed + 1)); }
fail() { # TEXT
    failed=$((failed + 1))
    echo "FAILED: $(basename "$0"): $1"
    sed 's/^/    stdout: /' "$T/out" | head -n 5
    sed 's/^/    stderr: /' "$T/err" | head -n 5
}
skip() { # REASON
    skipped=$((skipped + 1))
    echo "  skipped: $1"
}
finish() {
    echo "$passed $failed $skipped" >"$T/counts"
    [ $failed = 0 ]
}

# The command must succeed.
check() { # TEXT COMMAND...
    local text=$1
    shift
    if "$@"; then pass; else fail "$text"; fi
}
same() { # TEXT ACTUAL EXPECTED
    if [ "$2" = "$3" ]; then pass; else fail "$1: '$2' is not '$3'"; fi
}
contains() { # TEXT FILE SUBSTRING
    if grep -qF -- "$3" "$2"; then pass; else fail "$1: '$3' is not in $(basename "$2")"; fi
}

# mzigo ARGUMENT... must end with status 0.
ok() {
    "$MZIGO" "$@" >"$T/out" 2>"$T/err" </dev/null
    local status=$?
    if [ $status = 0 ]; then pass; else fail "mzigo $*: status $status"; fi
}

# mzigo ARGUMENT... must end with STATUS, one line on stderr that contains SAYS, nothing on stdout.
no() { # STATUS SAYS ARGUMENT...
    local expected=$1 says=$2 status
    shift 2
    "$MZIGO" "$@" >"$T/out" 2>"$T/err" </dev/null
    status=$?
    if [ $status != "$expected" ]; then
        fail "mzigo $*: status $status, not $expected"
    elif [ "$(wc -l <"$T/err")" != 1 ] || ! grep -q '^mzigo: ' "$T/err"; then
        fail "mzigo $*: not one line 'mzigo: ...' on stderr"
    elif ! grep -qF -- "$says" "$T/err"; then
        fail "mzigo $*: does not say '$says'"
    elif [ -s "$T/out" ]; then
        fail "mzigo $*: printed on stdout"
    else
        pass
    fi
}

# The value at PATH (error.status; tensors.0.name; "[n]" for a list, "{n}" for an object, "none") of
# the JSON document that the last run printed.
json() {
    "$B/tests/cli/json" "$1" <"$T/out"
}
json_is() { # PATH EXPECTED
    same "json $1" "$(json "$1")" "$2"
}

# What the working folder holds, one path a line.
listing() { find . -mindepth 1 | sort; }
