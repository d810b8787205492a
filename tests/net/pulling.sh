# Sourced by the tests of pull, behind tests/net/lib.sh: a bundle to fetch, and what must hold of it.
MZIGO_PULL=(--trust lab.pub)

# n bytes that no compressor shrinks, the same every time.
noise() { # SEED N
    openssl enc -aes-128-ctr -K "$(printf '%032x' "$1")" -iv 0 -in /dev/zero 2>/dev/null | head -c "$2"
}

# FILES of about SIZE bytes each as bundle NAME version 1 in a repository of the same name, one object each.
make_bundle() { # NAME FILES SIZE
    local i list=()
    mkdir -p "$1.files"
    for ((i = 0; i < $2; i++)); do
        noise $((i + ${4:-0})) $(($3 + 37 * i)) >"$1.files/$1$i.bin"
        list+=("$1.files/$1$i.bin")
    done
    "$MZIGO" pack "${list[@]}" -o "$1" --key lab.key --name "$1" --version "${5:-1}" -q >/dev/null
}

# What a pull must fetch at least: index, documents, objects.
least_bytes() { # NAME
    cat "$1/index.json" "$1/bundles/$1/1/"* "$1"/objects/*/* | wc -c
}

# pull NAME from $url into out; status, and $T/out, $T/err.
pull() { # NAME [OPTION]...
    local name=$1
    shift
    "$MZIGO" pull "$url" "$name" -o out "${MZIGO_PULL[@]}" "$@" >"$T/out" 2>"$T/err" </dev/null
    status=$?
}

# The files are there, right, and nothing else is.
arrived() { # NAME
    diff -r "$1.files" out >/dev/null
}

# The files are right wherever they stand under their own names.
nothing_half() { # NAME
    local f
    for f in out/*.bin; do
        [ ! -e "$f" ] || cmp -s "$f" "$1.files/$(basename "$f")" || return 1
    done
}

# The server sent (and got) at most 1.01 times the least, and EXTRA bytes.
cheap() { # TEXT NAME EXTRA
    local least wire
    least=$(least_bytes "$2") wire=$(wire_bytes net)
    if [ "$wire" -le $((least + least / 100 + 6000 + $3)) ]; then
        pass
    else
        fail "$1: $wire bytes on the wire for $least that are needed, and $3"
    fi
}

# ---- side by side: most of what takes time here is waiting ----

# Runs COMMAND... in a folder, and with servers, of its own; what it found is counted by join.
asides=0
aside() { # COMMAND...
    local n=$((asides++)) home=$PWD name
    mkdir -p "$T/aside$n/work"
    (
        T=$T/aside$n passed=0 failed=0 skipped=0
        export XDG_STATE_HOME=$T/state
        served=()
        trap unserve_all EXIT
        cd "$T/work" || exit 1
        for name in "$home"/*; do ln -s "$name" .; done
        rm -rf out
        : >"$T/out"
        : >"$T/err"
        "$@"
        echo "$passed $failed" >"$T/counts"
    ) >"$T/aside$n/log" 2>&1 &
    aside_pids+=($!)
    [ $((asides % 8)) != 0 ] || join
}
aside_pids=()
joined=0
join() {
    local p f
    [ ${#aside_pids[@]} = 0 ] || wait "${aside_pids[@]}" # without any it would wait for servers
    aside_pids=()
    for ((; joined < asides; joined++)); do
        cat "$T/aside$joined/log"
        read -r p f 2>/dev/null <"$T/aside$joined/counts" || { p=0 f=1 && echo "FAILED: aside $joined died"; }
        passed=$((passed + p)) failed=$((failed + f))
        rm -rf "$T/aside$joined"
    done
}
