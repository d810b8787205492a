#!/bin/bash
# usage: run.sh here [BUILD...]  threads, features, builds in $B/determinism/BUILD, golden digests
#        run.sh arm              the program in $B/determinism/arm64/build, under $ARM_RUN
#        run.sh update           writes golden.sha256
# Every conversion must have the SHA-256 of the one that this machine's reference kernels make with
# one thread. From the environment: B, and FEATURES, the names of all features that kernels may use.
set -uo pipefail
export LC_ALL=C
cd "$(dirname "$0")/../.."
B=$(cd "${B:-build}" && pwd)
golden=$PWD/tests/determinism/golden.sha256
data=$PWD/../shared/data
work=$B/determinism/work
models="F32 F16 BF16 Q8_0 Q6_K Q4_K_M Q4_0" # recipes, for whole models
# Every type there is, for a few rows: TYPE is plain, TYPE+ with importance data.
rows=""
for type in F16 BF16 Q8_0 Q5_1 Q5_0 Q4_1 Q4_0 Q6_K Q5_K_S Q4_K_S Q3_K_S Q2_K IQ4_NL IQ4_XS IQ3_S TQ2_0 TQ1_0 \
    MXFP4_MOE NVFP4 Q2_0 Q1_0; do
    rows="$rows $type $type+"
done
for type in IQ3_XXS IQ2_S IQ2_XS IQ2_XXS IQ1_M IQ1_S; do # not made without importance
    rows="$rows $type+"
done
passed=0 failed=0 skipped=0
# A name -> convert's arguments.
declare -A samples=([tiny]=$B/samples/tiny [rows]="$B/determinism/rows.safetensors --raw --pure")
declare -A reference                       # a sample and a type -> digest

pass() { passed=$((passed + 1)); }
fail() {
    failed=$((failed + 1))
    [ $failed -gt 20 ] || echo "FAILED: $1" # one fault may show in hundreds of conversions
}
skip() { skipped=$((skipped + 1)) && echo "  skipped: $1"; }

# Converts and prints the digest; the file stays in $work/out.gguf. $run is the program.
digest() { # SAMPLE TYPE ARGUMENT...
    local sample=$1 type=$2 importance=
    shift 2
    rm -f "$work/out.gguf"
    [ "$type" = "${type%+}" ] || importance="--imatrix $work/rows.dat"
    # shellcheck disable=SC2086
    "${run[@]}" convert ${samples[$sample]} -o "$work/out.gguf" --to "${type%+}" $importance -q "$@" \
        >"$work/log" 2>&1 </dev/null || { tail -n 1 "$work/log" && return; }
    sha256sum <"$work/out.gguf" | cut -d ' ' -f 1
}

compare() { # WHAT SAMPLE TYPE ARGUMENT...
    local what=$1 sample=$2 type=$3 got
    shift
    got=$(digest "$@")
    if [ "$got" = "${reference[$sample $type]}" ]; then
        pass
    else
        fail "$what: convert $*: $got, not ${reference[$sample $type]}"
    fi
}

types_of() { # SAMPLE
    if [ "$1" = rows ]; then echo "$rows"; else echo "$models"; fi
}

# What everything else is compared with. Equal digests would mean that it is not looked at.
refer() {
    local sample type distinct
    run=("$B/mzigo")
    for sample in "${!samples[@]}"; do
        for type in $(types_of "$sample"); do
            reference[$sample $type]=$(digest "$sample" "$type" --cpu ref --threads 1)
        done
    done
    distinct=$(printf '%s\n' "${reference[@]}" | grep -cE '^[0-9a-f]{64}$')
    if [ "$distinct" = "$(printf '%s\n' "${reference[@]}" | sort -u | wc -l)" ]; then
        pass
    else
        fail "the reference: not ${#reference[@]} different files: $(tail -n 1 "$work/log")"
    fi
}

# What --cpu can be given here: ref, and every combination of the features that this CPU has; or
# with "steps" each feature on top of those before it, so that every kernel is the best one once.
feature_sets() { # all|steps
    local sets=(ref) feature set
    for feature in $FEATURES; do
        "${run[@]}" convert "$work/none" -o "$work/none.gguf" --to F32 --cpu "$feature" \
            >"$work/log" 2>&1
        ! grep -q 'this CPU has no' "$work/log" || continue
        if [ "$1" = all ]; then
            for set in "${sets[@]}"; do
                sets+=("$set,$feature")
            done
        else
            sets+=("${sets[-1]},$feature")
        fi
    done
    echo "${sets[@]}"
}

# Every Nth type of each sample, beginning with the Kth, in a folder of its own: conversions of small files
# do not fill the CPUs.
share() { # K N WHAT THREADS SETS
    local sample type n set i=0 passed=0 failed=0 shared=$work
    work=$work/$1
    mkdir -p "$work"
    ln -sf "$shared/rows.dat" "$work/rows.dat"
    for sample in "${!samples[@]}"; do
        for type in $(types_of "$sample"); do
            [ $((i++ % $2)) = "$1" ] || continue
            for n in $4; do
                compare "$3" "$sample" "$type" --threads "$n"
            done
            for set in $5; do
                compare "$3" "$sample" "$type" --threads 2 --cpu "$set"
            done
        done
    done
    echo "$passed $failed" >"$work/counts"
}

matrix() { # WHAT THREADS all|steps
    local sets k n failed_before=$failed passed_before=$passed p f
    sets=$(feature_sets "$3")
    n=$(nproc)
    for ((k = 0; k < n; k++)); do
        share "$k" "$n" "$1" "$2" "$sets" &
    done
    wait
    for ((k = 0; k < n; k++)); do
        read -r p f 2>/dev/null <"$work/$k/counts" || { p=0 f=1; echo "FAILED: $1: share $k died"; }
        passed=$((passed + p)) failed=$((failed + f))
        rm -f "$work/$k/counts"
    done
    [ $failed_before != "$failed" ] || printf '  %-28s %s conversions of %s; features: %s\n' "$1" \
        $((passed - passed_before)) "${!samples[*]}" "$sets"
}

# The digests that golden.sha256 should hold: of the sample itself, and of what it becomes.
current() {
    local sample type
    echo "$(cd "$B/samples/tiny" && sha256sum ./* | sha256sum | cut -d ' ' -f 1)  tiny"
    for sample in tiny rows; do
        for type in $(types_of $sample); do
            echo "${reference[$sample $type]}  $sample $type"
        done
    done
}

check_golden() {
    local digest name
    while read -r digest name; do
        if grep -qxF "$digest  $name" "$golden"; then
            pass
        elif [ "$name" = tiny ]; then
            fail "golden.sha256: samples/make_model makes another model than it did"
            return
        else
            fail "golden.sha256: $name is now $digest. Changed output bytes are a new revision of \
that quantizer (SPEC.md); then: make determinism-update"
        fi
    done < <(current)
}

here() { # BUILD...
    local build
    matrix "$(uname -m)" "1 2 7" all
    for build; do
        run=("$B/determinism/$build/mzigo")
        if [ -x "${run[0]}" ]; then matrix "$build" 2 steps; else skip "$build is not installed"; fi
    done
    check_golden
}

# What was packed here is verified and unpacked there, and refused there once it is damaged.
bundles() {
    local location
    (cd "$work" && "$B/mzigo" keygen -o lab &&
        "$B/mzigo" convert "${samples[tiny]}" -o model.gguf --to Q8_0 -q &&
        "$B/mzigo" pack model.gguf -o bundle --key lab.key --name m --version 1 -q &&
        "$B/mzigo" pack model.gguf -o bundle.mzb --key lab.key --name m --version 1 -q) \
        >"$work/log" 2>&1 || { fail "packing here: $(tail -n 1 "$work/log")" && return; }
    for location in bundle bundle.mzb; do
        if "${run[@]}" verify "$work/$location" --trust "$work/lab.pub" --deep \
            >"$work/log" 2>&1; then
            pass
        else
            fail "arm: verify $location: $(tail -n 1 "$work/log")"
        fi
        rm -rf "$work/unpacked"
        if "${run[@]}" unpack "$work/$location" -o "$work/unpacked" --trust "$work/lab.pub" \
            >"$work/log" 2>&1 && cmp "$work/model.gguf" "$work/unpacked/model.gguf"; then
            pass
        else
            fail "arm: unpack $location: $(tail -n 1 "$work/log")"
        fi
    done
    printf xxxxxxxx | dd of="$work/bundle.mzb" bs=1 conv=notrunc status=none \
        seek=$(($(stat -c %s "$work/bundle.mzb") / 2))
    "${run[@]}" verify "$work/bundle.mzb" --trust "$work/lab.pub" >"$work/log" 2>&1
    if [ $? = 6 ]; then pass; else fail "arm: a damaged bundle: $(tail -n 1 "$work/log")"; fi
}

arm() {
    unset 'samples[use-lite]' # an emulator takes its time
    run=("$ARM_RUN" -L "$B/determinism/arm64/root" "$B/determinism/arm64/build/mzigo")
    matrix "aarch64, emulated" "1 7" all
    bundles
}

rm -rf "$work"
mkdir -p "$work"
# Trained weights, where they lie beside the project.
[ ! -d "$data/stories260K" ] || samples[stories260K]=$data/stories260K/hf-derived
[ ! -d "$data/use-lite" ] || samples[use-lite]="$data/use-lite/model.safetensors --raw"
"$B/mzigo" convert ${samples[rows]} -o "$work/rows.gguf" --to F16 -q >"$work/log" 2>&1 &&
    "$B/tests/interop/make_imatrix" "$work/rows.gguf" "$work/rows.dat" || fail "importance: $(tail -n 1 "$work/log")"
refer
case ${1:-here} in
update) [ $failed != 0 ] || current >"$golden" ;;
*) "$@" ;;
esac
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
