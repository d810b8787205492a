# Sourced: runs things side by side, as many at a time as there are CPUs, and adds up what they found.

# run_one NAME for each NAME, in the background.
side_by_side() { # NAME...
    local name at_once=0
    for name; do
        [ $((at_once++)) -lt "$(nproc)" ] || wait -n
        run_one "$name" &
    done
    wait
}

# The sum of their counts, as a line that tests/steps.sh reads. FILES hold "PASSED FAILED SKIPPED"; one that is
# not there counts as a failure.
sum_counts() { # FILE...
    local file p f s passed=0 failed=0 skipped=0
    for file; do
        read -r p f s 2>/dev/null <"$file" || { p=0 f=1 s=0; }
        passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    done
    echo "$passed passed, $failed failed, $skipped skipped"
    [ $failed = 0 ]
}
