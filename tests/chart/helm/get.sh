#!/usr/bin/env bash
# Gets helm for the tests of the chart, and prints the program's path.
#
#   tests/chart/helm/get.sh          the path alone on stdout; progress on stderr
#
# Built with Go once a version, into the cache. Whatever helm is in $PATH is not used: every version renders a little
# differently. $FLOTILLA_HELM names one that is to be taken all the same.
# Exit 2: it is not there and cannot be built here; stderr says what to install.
set -euo pipefail

module=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version_of() { awk -v module="$1" '$1 == "require" { $1 = ""; $0 = $0 } $1 == module { print $2; exit }' "$module/go.mod"; }
version=$(version_of helm.sh/helm/v3)
cache=${XDG_CACHE_HOME:-${HOME:-/var/tmp}/.cache}/flotilla/helm
built=$cache/$version/helm

say() { printf 'helm: %s\n' "$*" >&2; }

refuse() {
  say "no helm in $built, and it cannot be built:"
  say "$@"
  exit 2
}

# `go list` is the first command that reads go.mod: from Go 1.21 on it also fetches the Go that go.mod asks for.
check_go() {
  type -P go >/dev/null ||
    refuse "install Go 1.21 or newer (https://go.dev/dl, or golang-go from bookworm-backports)"
  local answer
  answer=$(cd "$module" && GOFLAGS=-mod=readonly go list -m 2>&1) ||
    refuse "$(go version) cannot read $module/go.mod; install Go 1.21 or newer (https://go.dev/dl): $answer"
}

# Without the numbers helm takes itself for one of Kubernetes 1.20, and refuses charts of our time.
build() {
  local client minor number ldflags="-s -w -X helm.sh/helm/v3/internal/version.version=$version"
  client=$(version_of k8s.io/client-go)
  minor=${client#v0.} minor=${minor%%.*}
  for number in chartutil lint/rules; do
    ldflags+=" -X helm.sh/helm/v3/pkg/$number.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/$number.k8sVersionMinor=$minor"
  done
  (cd "$module" && CGO_ENABLED=0 GOFLAGS=-buildvcs=false nice go build -trimpath -ldflags "$ldflags" -o "$1" \
    helm.sh/helm/v3/cmd/helm) >&2
}

print_and_exit() {
  printf '%s\n' "$1"
  exit 0
}

[[ -n ${FLOTILLA_HELM:-} && -x $FLOTILLA_HELM ]] && print_and_exit "$FLOTILLA_HELM"
[[ -x $built ]] && print_and_exit "$built"
check_go

mkdir -p "$cache/$version"
exec 9>"$cache/lock"
flock --nonblock 9 || { say "waiting for another build of the same"; flock 9; }
[[ -x $built ]] && print_and_exit "$built"

say "building helm $version into $built, once: about 2 minutes on two cores"
fresh=$(mktemp "$cache/.$version.XXXXXX")
trap 'rm -f "$fresh"' EXIT
build "$fresh"
chmod 755 "$fresh"
mv "$fresh" "$built"
print_and_exit "$built"
