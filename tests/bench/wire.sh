#!/bin/bash
# usage: wire.sh PEERS [SITUATION]...: what it costs on the wire to fetch a model, and a new version of it, by
# pull and by what else people use, from the same server (tests/net/faulty) in the same weather, each with a
# server of its own. Prints a table for each situation. Fails when a pull does not bring the right bytes, or
# for more than 1.01 times the least and what the weather itself costs; whatever else is here is only told.
# PEERS: the folder where peers are installed that are no Debian packages. OLLAMA: its program.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
B=$(cd "${B:-build}" && pwd)
mkdir -p "$1"
peers=$(cd "$1" && pwd)
shift
mzigo=$B/mzigo
work=$(mktemp -d)
files=$work/files
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
. "$here/../net/lib.sh"
trap 'rm -rf "$work"' EXIT # not lib.sh's: servers are started, and ended, in shells of their own
. "$here/wire_peers.sh"
export no_proxy='*'
failed=0

# ---- the model, and its next release ----

# The offsets of a tensor's bytes in a safetensors file.
place() { # FILE TENSOR
    local n
    n=$(head -c 8 "$1" | od -An -tu8 | tr -d ' ')
    tail -c +9 "$1" | head -c "$n" | grep -o "\"$2\":{[^}]*}" |
        sed 's/.*"data_offsets":\[\([0-9]*\),\([0-9]*\)\].*/\1 \2/' |
        awk -v n="$n" '{ print $1 + n + 8, $2 - $1 }'
}

# Four tensors get other weights, and the chat template a comment, so that all that follows it moves.
release_2() {
    local tensor at length
    for tensor in 1.self_attn.q_proj 1.mlp.down_proj 3.self_attn.v_proj 3.mlp.gate_proj; do
        read -r at length < <(place model/model.safetensors "model.layers.$tensor.weight")
        dd if=other/model.safetensors of=model/model.safetensors bs=1M conv=notrunc status=none \
            iflag=skip_bytes,count_bytes oflag=seek_bytes skip="$at" seek="$at" count="$length" || return 1
    done
    sed -i 's/{% for message/{# release 2: the same, and better at it #}&/' model/tokenizer_config.json
}

make_files() {
    local shape=(--layers 4 --hidden 1024 --ff 2816 --heads 16 --kv 4 --vocab 2048 --dtype BF16 --tokenizer bpe)
    mkdir -p "$files/1" "$files/2" www
    "$B/make_model" --out model "${shape[@]}" && "$B/make_model" --out other "${shape[@]}" --seed 2 &&
        "$mzigo" convert model -o "$files/1/m.gguf" --to Q4_K_M --quiet >/dev/null && release_2 &&
        "$mzigo" convert model -o "$files/2/m.gguf" --to Q4_K_M --quiet >/dev/null &&
        "$mzigo" keygen -o lab --quiet >/dev/null
    local status=$?
    rm -rf model other
    return $status
}

# What a pull of version V must fetch at least: index, documents, and the objects that version OLD lacks.
objects() { grep -o '"object": "[0-9a-f]*"' "www/repo/bundles/m/$1/manifest.json" | cut -d '"' -f 4 | sort -u; }
least_bytes() { # V [OLD]
    local object
    {
        cat www/repo/index.json "www/repo/bundles/m/$1/"*
        for object in $(if [ -n "${2:-}" ]; then comm -23 <(objects "$1") <(objects "$2"); else objects "$1"; fi); do
            cat "www/repo/objects/${object:0:2}/$object"
        done
    } | wc -c
}

# ---- one client in one situation ----

# In a folder, with a server, of its own; its line of figures is in result.
run() { # PEER
    local began status tries=0 deadline url= old= outcome
    T=$work/runs/$1
    mkdir -p "$T/dir"
    served=()
    trap unserve_all EXIT
    rules net "${weather[@]}"
    serve net "$work/www"
    cd "$T/dir" || return
    [ "$v" = 1 ] || old=$files/1/m.gguf
    began=$(date +%s%N)
    deadline=$((SECONDS + limit))
    "fetch_$1" >"$T/said" 2>&1 </dev/null
    status=$?
    local ms=$((($(date +%s%N) - began) / 1000000))
    unserve net
    if [ $status = 0 ] && cmp -s got "$files/$v/m.gguf"; then
        outcome=whole
    elif [ $status = 0 ]; then
        outcome="wrong bytes kept"
    elif [ $SECONDS -ge $deadline ]; then
        outcome="not done after $limit s"
    else
        outcome="gives up after $tries tries"
    fi
    echo "$(wire_bytes net) $(grep -vc '^-' "$T/net.log") $(grep -c ' cut ' "$T/net.log") $ms $tries $outcome" >"$T/result"
    rm -rf "$T/dir"
}

# As many at a time as given: those that only wait do not disturb each other.
at_once=5
run_all() {
    local peer n=0
    rm -rf "$work/runs"
    for peer in "${present[@]}"; do
        [ $((n++)) -lt $at_once ] || wait -n
        (run "$peer") &
    done
    wait
}

# ---- a situation ----

# A byte count as in "27.98 MB", by the file's size, requests, tries, and what came of it.
print_line() { # PEER
    local wire requests cuts ms tries outcome
    read -r wire requests cuts ms tries outcome <"$work/runs/$1/result" || outcome="died"
    awk -v name="${names[$1]}" -v wire="${wire:-0}" -v size="$(stat -c %s "$files/$v/m.gguf")" -v requests="${requests:-0}" \
        -v s="$([ "$timed" = yes ] && echo "${ms:-0}" || echo -1)" -v tries="${tries:-0}" -v outcome="$outcome" 'BEGIN {
        printf "  %-26s %9.2f MB %7.3f %9d %6d%s  %s\n", name, wire / 1e6, wire / size, requests, tries,
            s < 0 ? "" : sprintf("%6.1f s", s / 1000), outcome }'
}

# The bound: 1.01 times the least, the heads of the first requests, 2000 bytes for each broken connection, and
# EXTRA, as tests/net/pulling.sh has them.
judge() { # EXTRA
    local wire requests cuts rest least most
    read -r wire requests cuts rest <"$work/runs/pull/result"
    least=$(least_bytes "$v" "$([ "$v" = 1 ] || echo 1)")
    most=$((least + least / 100 + 6000 + cuts * 2000 + $1))
    if [ "${rest##* }" = whole ] && [ "$wire" -le $most ]; then
        printf '  pull: %.4f of the least, %d bytes; allowed: %.4f\n' "$(ratio "$wire" "$least")" "$least" \
            "$(ratio "$most" "$least")"
    else
        echo "  FAILED: pull: $wire bytes ($rest) for $least that are needed; allowed: $most"
        failed=1
    fi
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { print a / b }'; }

situation() { # NAME TITLE VERSION LIMIT TIMED EXTRA RULE...
    local name=$1 title=$2 extra=$6 peer
    v=$3 limit=$4 timed=$5
    shift 6
    [ ${#only[@]} = 0 ] || [[ " ${only[*]} " = *" $name "* ]] || return 0
    weather=("${revisions[@]}" "$@")
    run_all
    printf '\n%s\n  %-26s %12s %7s %9s %6s\n' "$title" "" "on the wire" "x file" "requests" "tries"
    for peer in "${present[@]}"; do
        print_line "$peer"
    done
    judge "$extra"
}

only=("$@")
make_files || exit 1
declare -A names
present=()
for peer in pull curl aria2c meta4 zsync zckdl casync hf ollama; do
    if names[$peer]=$("version_$peer"); then
        present+=("$peer")
        "make_$peer" 1 && "make_$peer" 2 || exit 1
    else
        echo "left out, since it is not here: $peer"
    fi
done
# The hub's client wants to know of which revision a file is.
revisions=()
for v in 1 2; do
    revisions+=("lab/m/resolve/${commits[$v]}/* header X-Repo-Commit:${commits[$v]}")
done
object=$(stat -c %s www/repo/objects/*/* | sort -n | tail -n 1)
printf 'a model of %.2f MB (Q4_K_M, made-up weights), and its next release: 4 of 39 tensors new, all moved\n' \
    "$(ratio "$(stat -c %s "$files/1/m.gguf")" 1e6)"

situation good "a good line" 1 20 no 0
situation cut5 "the line breaks after every 5 MB" 1 20 no 0 '* cut-every 5000000'
situation cut1 "the line breaks after every MB" 1 20 no 0 '* cut-every 1000000'
situation wrong "one byte is wrong, once" 1 20 no "$object" '1 *.gguf corrupt 15000000' '1 *.zck corrupt 15000000' \
    '1 elsewhere/* corrupt 15000000' '1 *.cacnk corrupt 1000' '1 repo/objects/* corrupt 1000000'
situation update "an update, where the version before is" 2 20 no 0
situation update1 "an update, the line breaks after every MB" 2 20 no 0 '* cut-every 1000000'
at_once=20
situation stall "the line stands still twice, until the client breaks it off" 1 35 yes 30000 '2 *.gguf stall 10000000' \
    '2 *.zck stall 10000000' '2 elsewhere/* stall 10000000' '2 *.cacnk stall 20000' '2 repo/objects/* stall 1000000'
situation slow "1.5 MB/s, 50 ms to each answer" 1 60 yes 0 '* rate 1500000' '* latency 50'
situation slowcut "1.5 MB/s, the line breaks every 3 s" 1 40 yes 0 '* rate 1500000' '* cut-every-ms 3000'
exit $failed
