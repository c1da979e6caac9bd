#!/usr/bin/env bash
# The house rules that a compiler does not see: includes go down only, the pure rooms do no I/O, a library has one room.
set -u
cd "$1" || exit 2
failed=0

# forbid FOLDERS PATTERN WHY
forbid() {
  local found
  # shellcheck disable=SC2086
  found=$(grep -rnE --include='*.h' --include='*.cpp' "$2" $1)
  [[ -z $found ]] && return
  printf 'forbidden: %s\n%s\n' "$3" "$found"
  failed=1
}

# only_in ROOM PATTERN
only_in() {
  local found
  found=$(grep -rlE --include='*.h' --include='*.cpp' "$2" render overrides reconciler | grep -vE "^$1/")
  [[ -z $found ]] && return
  printf 'forbidden: %s outside %s\n%s\n' "$2" "$1" "$found"
  failed=1
}

forbid render '#include "(overrides|reconciler)/' 'render/ looks up'
forbid overrides '#include "reconciler/' 'overrides/ looks up'
forbid 'reconciler/placement reconciler/decision' '#include "reconciler/(git|kube|lease|member|simulator|status|server|controller|cli|log|metrics|http)/' 'the decision knows effects'
forbid 'reconciler/git reconciler/kube' '#include "reconciler/(lease|member|status|server|controller|cli|simulator)/' 'an edge knows its users'
forbid 'reconciler/lease' '#include "reconciler/(member|status|controller|cli|simulator|decision|placement)/' 'leases know their users'
forbid 'reconciler/member' '#include "reconciler/(status|controller|cli|git|simulator)/' 'a member knows the controller'
forbid 'reconciler/cluster_status' '#include "reconciler/(decision|member|status|controller|cli|git|simulator)/' 'an observer knows its users'
forbid 'reconciler/simulator' '#include "reconciler/(kube|member|status|controller|cli|git)/' 'the simulator knows its client'
forbid 'reconciler/log reconciler/metrics reconciler/http' '#include "(overrides|reconciler/(placement|decision|git|kube|member|simulator|status|server|controller|cli))/' 'a low room looks up'
forbid 'reconciler/server' '#include "reconciler/(git|kube|member|simulator|status|controller|cli)/' 'the server knows who runs it'
forbid 'render overrides reconciler/placement reconciler/decision' \
  '#include <(thread|mutex|fstream|filesystem|chrono|random|ctime|iostream|future|unistd.h|sys/)' 'a pure room reaches for I/O, threads or clocks'

only_in reconciler/git '#include <git2'
only_in reconciler/kube '#include <curl'
only_in render/yaml '#include <yaml'
only_in render/lua '#include <lua'
only_in reconciler/log '#include <spdlog'
only_in reconciler/cli '#include <CLI'
only_in reconciler/http '#include <(microhttpd|gnutls)'
only_in reconciler/metrics '#include <prometheus'

exit $failed
