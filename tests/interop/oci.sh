#!/bin/bash
# usage: tests/interop/oci.sh
# An OCI layout of ours through the real skopeo into a real registry and out again: every blob the same.
set -uo pipefail
cd "$(dirname "$0")/../.."
B=$(cd "${B:-build}" && pwd)
for tool in skopeo docker-registry curl; do
    command -v $tool >/dev/null || { echo "skipped: no $tool" && exit 0; }
done
work=$B/interop/oci
rm -rf "$work"
mkdir -p "$work"
cd "$work" || exit 1
passed=0 failed=0
result() { # STATUS TEXT: in this order, since a $(...) in the text changes $?
    if [ "$1" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED: $2"; fi
}
{
    "$B/mzigo" keygen -o lab && "$B/mzigo" convert "$B/samples/tiny" -o m.gguf --to Q8_0 -q &&
        "$B/mzigo" pack m.gguf -o repo --key lab.key --name m --version 1.0+q8 --licence MIT -q &&
        "$B/mzigo" unpack repo -o m.oci --layout oci --trust lab.pub -q
} >log 2>&1 || { cat log && echo "0 passed, 1 failed" && exit 1; }

port=$(awk 'BEGIN { srand(); print 20000 + int(rand() * 20000) }')
cat >registry.yml <<EOF
version: 0.1
storage: {filesystem: {rootdirectory: $work/registry}}
http: {addr: "127.0.0.1:$port"}
EOF
docker-registry serve registry.yml >registry.log 2>&1 &
trap 'kill %1' EXIT
for ((i = 0; i < 100; i++)); do
    curl -sf "http://127.0.0.1:$port/v2/" >/dev/null && break
    sleep 0.1
done
skopeo copy --insecure-policy --dest-tls-verify=false oci:m.oci:1.0_q8 "docker://127.0.0.1:$port/lab/m:1.0" \
    >log 2>&1
result $? "skopeo copies the layout into the registry: $(tail -n 1 log)"
skopeo copy --insecure-policy --src-tls-verify=false "docker://127.0.0.1:$port/lab/m:1.0" oci:back:1.0 >log 2>&1
result $? "skopeo copies it out again: $(tail -n 1 log)"
diff -r m.oci/blobs back/blobs
result $? "all blobs are the same, the manifest included"
curl -sf "http://127.0.0.1:$port/v2/lab/m/blobs/sha256:$(sha256sum m.gguf | cut -d ' ' -f 1)" | cmp - m.gguf
result $? "the registry has the model under its digest"
printf '  %-24s %s\n' skopeo "$(skopeo --version)" docker-registry "$(docker-registry --version 2>&1 | head -n 1)"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
