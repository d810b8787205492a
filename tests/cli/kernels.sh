# The check of the arithmetic on this CPU: a table for people, an object for machines, timing.
. "$root/tests/cli/lib.sh"

ok kernels
check "the table" grep -qE '^Q4_0 +dequantize +ref ' "$T/out"
contains "the sum" "$T/out" " checked, 0 failed"
check "nothing differs" [ "$(grep -c DIFFERS "$T/out")" = 0 ]

references=$(grep -cE '^[A-Z0-9_]+ +[a-z_]+ +ref ' "$T/out")
check "there are references" [ "$references" -ge 25 ]
ok kernels --cpu ref
contains "only references" "$T/out" "$references kernels checked, 0 failed"
check "no variant ran" [ "$(grep -c 'same bits' "$T/out")" = 0 ]

ok kernels --cpu ref --json
json_is failed 0
json_is checked "$references"

ok kernels --cpu ref --bench
contains "timing" "$T/out" "Melem/s"
check "the reference is its own measure" grep -q '^Q8_0 .*quantize .* 1\.0$' "$T/out"

no 2 "option --cpu: unknown feature 'mmx'" kernels --cpu mmx
no 2 "unexpected argument 'extra'" kernels extra
finish
