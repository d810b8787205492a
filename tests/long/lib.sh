# Sourced by what takes long: counts, and mzigo in 256 MiB of addresses. B from the environment.
passed=0 failed=0

ok() { # NAME COMMAND...
    local name=$1
    shift
    if "$@" >out 2>err; then
        passed=$((passed + 1))
        echo "ok      $name"
    else
        failed=$((failed + 1))
        echo "FAILED  $name: $(tail -n 1 err) $(tail -n 1 out)"
    fi
}

# glibc sets 64 MiB of addresses aside for each thread that allocates, whatever is held of them: that is not meant.
small() { MALLOC_ARENA_MAX=1 "$B/tests/bench/peak" --space 256 "$B/mzigo" "$@"; }
