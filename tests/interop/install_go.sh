#!/bin/bash
# usage: install_go.sh FOLDER NAME PACKAGE@VERSION: puts a program that is written in Go into FOLDER/NAME, built from
# its sources as Go's own client gets them. Without Go, without an answer, or when it takes longer than GO_LIMIT
# seconds: says "skipped: ..." and exits with 77; what was built by then is kept by Go for the next time.
set -euo pipefail
folder=$1 name=$2 package=$3
mkdir -p "$folder"
cd "$folder"
if [ ! -x "$name" ] || [ "$(cat "$name.version" 2>/dev/null)" != "$package" ]; then
    command -v go >/dev/null || { echo "skipped: $name: there is no go to build it with" && exit 77; }
    if ! GOBIN=$PWD timeout "${GO_LIMIT:-300}" go install "$package" >"$name.log" 2>&1; then
        echo "skipped: $name could not be built within ${GO_LIMIT:-300} s: $(tail -n 1 "$name.log")"
        exit 77
    fi
    echo "$package" >"$name.version"
fi
