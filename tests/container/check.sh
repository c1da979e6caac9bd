#!/usr/bin/env bash
# Holds the packages that the Containerfile installs against what the program needs.
#
#   tests/container/check.sh SOURCE FLOTILLA
#
# Every library it is linked with is of a package in the list, every library of those is of one in the list or of one that
# the list depends on, so are the programs it runs, and no library in the list is of no use. Exit 77: this is not the Debian of
# the Containerfile.
set -euo pipefail

source=$1 program=$2 faults=0

say() {
  printf 'container: %s\n' "$*" >&2
  faults=1
}

release=$(. /etc/os-release && printf '%s %s' "${ID-}" "${VERSION_ID-}")
[[ $release == "debian 12" ]] || { echo "SKIPPED: packages of the Containerfile; this is no Debian 12" >&2; exit 77; }

listed=$(sed -n '/^ARG RUNTIME_PACKAGES="/,/"$/p' "$source/Containerfile" | tr -d '"\\' | sed 's/^ARG RUNTIME_PACKAGES=//' |
  tr -s ' \n' '\n\n' | grep .)
# What dpkg knows, without the network: the packages of the list and all that they depend on.
closure=$(apt-cache depends --recurse --installed --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
  --no-enhances $listed | grep -E '^[a-z0-9]' | sed 's/:.*//' | sort -u)

has() { grep -qxF "$2" <<<"$1"; }

resolved=$(ldd "$program")
! grep 'not found' <<<"$resolved" >&2 || say "libraries are missing here"
mapfile -t libraries < <(awk '$2 == "=>" { print $3 }' <<<"$resolved")
path_of() { awk -v name="$1" '$1 == name && $2 == "=>" { print $3 }' <<<"$resolved"; }

# Debian 12 has one /usr, but dpkg knows some files by their old names. All are asked for at once: each question takes long.
names_of() {
  local file
  file=$(realpath "$1")
  printf '%s\n' "$file" "${file#/usr}" "/usr$file"
}
programs=("$(type -P git)" "$(type -P ssh)" "$(type -P gpgv)")
mapfile -t asked < <(for file in "${libraries[@]}" "${programs[@]}"; do names_of "$file"; done)
owners=$(dpkg-query --search "${asked[@]}" 2>/dev/null || true)  # most names are not known
owner_of() {
  local name owner
  for name in $(names_of "$1"); do
    owner=$(awk -v name="$name" '$2 == name { sub(/:.*/, "", $1); print $1; exit }' <<<"$owners")
    [[ -z $owner ]] || { printf '%s\n' "$owner"; return; }
  done
  printf 'none\n'
}

used=$'\n'
while IFS= read -r library; do
  package=$(owner_of "$(path_of "$library")")
  used+=$package$'\n'
  has "$listed" "$package" || say "flotilla is linked with $library of $package, which is not in RUNTIME_PACKAGES"
done < <(objdump -p "$program" | awk '$1 == "NEEDED" && $2 !~ /^ld-linux/ { print $2 }')

for path in "${libraries[@]}"; do
  package=$(owner_of "$path")
  has "$closure" "$package" || say "$path is of $package, which nothing in RUNTIME_PACKAGES depends on"
done

for path in "${programs[@]}"; do
  package=$(owner_of "$path")
  used+=$package$'\n'
  has "$listed" "$package" || say "flotilla runs $path of $package, which is not in RUNTIME_PACKAGES"
done

while IFS= read -r package; do
  [[ $package == ca-certificates ]] || has "$used" "$package" || say "nothing needs $package of RUNTIME_PACKAGES"
done <<<"$listed"

# Else jemalloc works as it likes.
symbols=$(nm --dynamic "$program")
grep -q ' malloc_conf$' <<<"$symbols" || say "the program does not show jemalloc its malloc_conf"

exit "$faults"
