#!/usr/bin/env bash
# Gets kube-apiserver, kube-controller-manager and etcd for the kube tests, and prints their folder.
#
#   tests/kube/get.sh          the folder alone on stdout; progress on stderr
#
# Looked for in $KUBEBUILDER_ASSETS, then in $PATH, then in the cache, where they are built with Go once a version.
# Exit 2: they are not there and cannot be built here; stderr says what to install.
set -euo pipefail

module=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=$(awk '$1 == "require" && $2 == "k8s.io/kubernetes" { print $3 }' "$module/go.mod")
cache=${XDG_CACHE_HOME:-${HOME:-/var/tmp}/.cache}/flotilla/kube
built=$cache/$version

say() { printf 'kube: %s\n' "$*" >&2; }

refuse() {
  say "no kube-apiserver and etcd in KUBEBUILDER_ASSETS, PATH or $built, and they cannot be built:"
  say "$@"
  exit 2
}

is_complete() { [[ -x $1/kube-apiserver && -x $1/etcd ]]; }

print_and_exit() {
  [[ -x $1/kube-controller-manager ]] ||
    say "note: no kube-controller-manager in $1; tests that need one will not run"
  printf '%s\n' "$1"
  exit 0
}

# The two may stand in different folders of PATH: then a folder of links joins them.
from_path() {
  local apiserver etcd manager folder
  apiserver=$(type -P kube-apiserver) && etcd=$(type -P etcd) || return 1
  folder=$(dirname "$apiserver")
  if ! is_complete "$folder"; then
    folder=$cache/path-$(printf '%s\n%s\n' "$apiserver" "$etcd" | sha256sum | cut -c1-12)
    mkdir -p "$folder"
    ln -sfn "$apiserver" "$folder/kube-apiserver"
    ln -sfn "$etcd" "$folder/etcd"
    if manager=$(type -P kube-controller-manager); then
      ln -sfn "$manager" "$folder/kube-controller-manager"
    fi
  fi
  print_and_exit "$folder"
}

find_etcd() { type -P etcd || PATH=/usr/bin:/usr/local/bin type -P etcd; }

# `go list` is the first command that reads go.mod: from Go 1.21 on it also fetches the Go that go.mod asks for.
check_go() {
  type -P go >/dev/null ||
    refuse "install Go 1.21 or newer (https://go.dev/dl, or golang-go from bookworm-backports)"
  local answer
  answer=$(cd "$module" && GOFLAGS=-mod=readonly go list -m 2>&1) ||
    refuse "$(go version) cannot read $module/go.mod; install Go 1.21 or newer (https://go.dev/dl): $answer"
}

# Lines of `go build -v` are counted; what is no package name (an error) is passed on.
show_progress() {
  awk '/^go: downloading / { next }
       /^[^ ]+$/ { if (++n % 200 == 0) { print "kube: " n " packages compiled"; fflush() } next }
       { print; fflush() }' >&2
}

build() {
  local fresh=$1 stamp=k8s.io/component-base/version minor=${version#v*.}
  # Without these the server calls itself v0.0.0-master, which no client can order.
  local ldflags="-s -w -X $stamp.gitVersion=$version -X $stamp.gitMajor=1 -X $stamp.gitMinor=${minor%%.*}"
  (cd "$module" && CGO_ENABLED=0 GOFLAGS=-buildvcs=false nice go build -v -trimpath -ldflags "$ldflags" \
    -o "$fresh/" k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kube-controller-manager) \
    2> >(show_progress)
}

[[ -n ${KUBEBUILDER_ASSETS:-} ]] && is_complete "$KUBEBUILDER_ASSETS" && print_and_exit "$KUBEBUILDER_ASSETS"
from_path || true
is_complete "$built" && print_and_exit "$built"

etcd=$(find_etcd) || refuse "install etcd (Debian: apt-get install etcd-server)"
check_go

mkdir -p "$cache"
exec 9>"$cache/lock"
flock --nonblock 9 || { say "waiting for another build of the same"; flock 9; }
is_complete "$built" && print_and_exit "$built"

say "building kube-apiserver and kube-controller-manager $version into $built, once:"
say "about 7 minutes and 2 GiB of memory on two cores"
fresh=$(mktemp -d "$cache/.$version.XXXXXX")
trap 'rm -rf "$fresh"' EXIT
build "$fresh"
ln -s "$etcd" "$fresh/etcd"
chmod 755 "$fresh"
rm -rf "$built"
mv "$fresh" "$built"
print_and_exit "$built"
