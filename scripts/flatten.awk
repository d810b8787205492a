# Puts the text of #include "..." files in their place, each once, so that one header stands alone.
# A name is looked up beside the file that includes it, then in `root`.
function folder(path) { return path ~ /\// ? substr(path, 1, match(path, /\/[^\/]*$/) - 1) : "." }
function exists(path,   line, found) { found = (getline line < path) >= 0; close(path); return found }
function emit(path,   line, name, at) {
    if (path in seen)
        return
    seen[path] = 1
    while ((getline line < path) > 0) {
        if (line !~ /^#include "/) {
            print line
            continue
        }
        name = line
        gsub(/^#include "|".*$/, "", name)
        at = folder(path) "/" name
        emit(exists(at) ? at : root "/" name)
    }
    close(path)
}
BEGIN { emit(ARGV[1]) }
