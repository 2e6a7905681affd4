# shellcheck shell=bash
# Part of converge and observe: reads bundles (docs/BUNDLE.md).

# One directive of a bundle or of its record: prints the arguments, a line each.
directives() {
  [ ! -e "$1" ] || sed -n "s/^$2 //p" "$1"
}

# Writes the files of a bundle under a folder, at their paths there, root's and readable.
unpack_files() {
  local bundle=$1 folder=$2 path
  local -a folders=() files=()
  while read -r _ _ path; do
    folders+=("$folder${path%/*}")
    files+=("$folder$path")
  done < <(directives "$bundle" file)
  [ ${#files[@]} -gt 0 ] || return 0
  mkdir -p "${folders[@]}"
  # Empty ones too; awk makes only what it writes to.
  touch "${files[@]}"
  awk -v folder="$folder" '
    /^    / { print substr($0, 5) >out; next }
    /^$/ { if (out != "") print "" >out; next }
    { if (out != "") close(out); out = "" }
    $1 == "file" { out = folder $4 }
  ' "$bundle"
}
