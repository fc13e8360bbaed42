#!/usr/bin/env bash
# Installs or upgrades Rondo in a cloud: applies a release by digest, tests it, and restores the release before it if it fails.
#
#   scripts/roll-out.sh OVERLAY REGISTRY DIGESTS
#
# The arguments, RONDO_HOST and KAFKA_BROKERS are those of scripts/prepare-release.sh. SMOKE_TOKEN (environment) is a person's
# bearer token, where the installation's own issuer isn't used.
# Migrations only add, so the release before runs on the schema of this one: only Deployments are restored.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

namespace=rondo

fail() {
  printf 'roll-out: %s\n' "$1" >&2
  exit 1
}

[ $# -eq 3 ] || fail 'usage: scripts/roll-out.sh OVERLAY REGISTRY DIGESTS'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prepared=$(scripts/prepare-release.sh "$1" "$2" "$3" "$work")

in_rondo() { kubectl --namespace "$namespace" "$@"; }
revisions() {
  in_rondo get deployments --output \
    'jsonpath={range .items[*]}{.metadata.name} {.metadata.annotations.deployment\.kubernetes\.io/revision}{"\n"}{end}'
}

wait_for_all() {
  local name revision
  while read -r name revision; do
    [ -z "$name" ] || in_rondo rollout status "deployment/$name" --timeout=10m
  done < <(revisions)
}

release() {
  # A Job is immutable.
  in_rondo delete job release-job --ignore-not-found
  kubectl apply -k "$prepared"
  in_rondo wait --for=condition=complete job/release-job --timeout=15m
  wait_for_all
  local token=${SMOKE_TOKEN:-}
  [ -n "$token" ] || token=$(k8s/secrets/print-token.sh --user smoke)
  SMOKE_TOKEN=$token npm run --silent smoke -- "https://$RONDO_HOST"
}

# A Deployment that this release didn't change keeps its revision, so undoing it would restore an older release.
roll_back() {
  local name revision
  while read -r name revision; do
    if [ -n "$name" ] && [ "$(revisions | grep "^$name ")" != "$name $revision" ]; then
      in_rondo rollout undo "deployment/$name" "--to-revision=$revision"
    fi
  done <<<"$before"
  wait_for_all
}

before=$(revisions)
set +e
# A subshell, because `set -e` has no effect in a condition.
(
  set -e
  release
)
status=$?
set -e
if [ $status -ne 0 ]; then
  printf 'roll-out: the release failed\n' >&2
  [ -n "$before" ] || fail 'there is no earlier release to restore'
  roll_back
  fail 'the earlier release is restored'
fi
printf 'roll-out: done\n'
