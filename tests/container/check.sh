#!/usr/bin/env bash
# Holds the packages that the Containerfile installs against what the program needs.
#
#   tests/container/check.sh SOURCE FLOTILLA
#
# Every library it is linked with is of a package in the list, every library of those is of one in the list or of one that
# the list depends on, so are the programs it runs, and no library in the list is of no use. Exit 77: no Debian here.
set -euo pipefail

source=$1 program=$2 faults=0

say() {
  printf 'container: %s\n' "$*" >&2
  faults=1
}

type -P dpkg-query >/dev/null || { echo "SKIPPED: packages of the Containerfile; no dpkg here" >&2; exit 77; }

listed=$(sed -n '/^ARG RUNTIME_PACKAGES="/,/"$/p' "$source/Containerfile" | tr -d '"\\' | sed 's/^ARG RUNTIME_PACKAGES=//' |
  tr -s ' \n' '\n\n' | grep .)
# What dpkg knows, without the network: the packages of the list and all that they depend on.
closure=$(apt-cache depends --recurse --installed --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
  --no-enhances $listed | grep -E '^[a-z0-9]' | sed 's/:.*//' | sort -u)

has() { grep -qxF "$2" <<<"$1"; }

# Debian 12 has one /usr, but dpkg knows some files by their old names.
owner_of() {
  local file found
  file=$(realpath "$1")
  for file in "$file" "${file#/usr}" "/usr$file"; do
    found=$(dpkg-query --search "$file" 2>/dev/null) && { printf '%s\n' "${found%%:*}"; return; }
  done
  printf 'none\n'
}

resolved=$(ldd "$program")
! grep 'not found' <<<"$resolved" >&2 || say "libraries are missing here"
path_of() { awk -v name="$1" '$1 == name && $2 == "=>" { print $3 }' <<<"$resolved"; }

used=$'\n'
while IFS= read -r library; do
  package=$(owner_of "$(path_of "$library")")
  used+=$package$'\n'
  has "$listed" "$package" || say "flotilla is linked with $library of $package, which is not in RUNTIME_PACKAGES"
done < <(objdump -p "$program" | awk '$1 == "NEEDED" && $2 !~ /^ld-linux/ { print $2 }')

while IFS= read -r path; do
  package=$(owner_of "$path")
  has "$closure" "$package" || say "$path is of $package, which nothing in RUNTIME_PACKAGES depends on"
done < <(awk '$2 == "=>" { print $3 }' <<<"$resolved")

for name in git ssh gpgv; do
  package=$(owner_of "$(type -P "$name")")
  used+=$package$'\n'
  has "$listed" "$package" || say "flotilla runs $name of $package, which is not in RUNTIME_PACKAGES"
done

while IFS= read -r package; do
  [[ $package == ca-certificates ]] || has "$used" "$package" || say "nothing needs $package of RUNTIME_PACKAGES"
done <<<"$listed"

exit "$faults"
