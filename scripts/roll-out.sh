#!/usr/bin/env bash
# Rolls a release out by digest, tries it, and puts the one before back where it does not work.
#
#   scripts/roll-out.sh OVERLAY REGISTRY DIGESTS
#
# OVERLAY is a directory of k8s/overlays, REGISTRY what comes before an image's name, DIGESTS a directory with a file for each
# image (todo-service, …) that holds its digest. The environment: RONDO_HOST, where people reach it; KAFKA_BROKERS, for
# scaling by lag; SMOKE_TOKEN, a person's bearer token, where the installation's own issuer is not used.
# Migrations only add, so the release before runs on the schema of this one: only Deployments are put back.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

namespace=rondo
overlay=$1
registry=$2
digests=$(realpath "$3")

fail() {
  printf 'roll-out: %s\n' "$1" >&2
  exit 1
}

[ -d "k8s/overlays/$overlay" ] || fail "there is no overlay $overlay"
[[ ${RONDO_HOST:-} =~ ^[a-z0-9.-]+$ ]] || fail 'RONDO_HOST has to be a host name'
[[ ${KAFKA_BROKERS:-} =~ ^[A-Za-z0-9.,:-]+$ ]] || fail 'KAFKA_BROKERS has to be host:port, …'

# Sets addresses and images in a copy: what is checked out stays as it is.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r k8s "$work"
cd "$work/k8s/overlays/$overlay"
sed -i "s|^  host: .*|  host: $RONDO_HOST|; s|^  brokers: .*|  brokers: $KAFKA_BROKERS|" addresses.yaml
for dockerfile in "$OLDPWD"/services/*/Dockerfile "$OLDPWD"/gateway/Dockerfile "$OLDPWD"/release-job/Dockerfile; do
  image=$(basename "$(dirname "$dockerfile")")
  digest=$(cat "$digests/$image") || fail "there is no digest of $image"
  [[ $digest =~ ^sha256:[0-9a-f]{64}$ ]] || fail "the digest of $image is none"
  kustomize edit set image "rondo/$image=$registry/$image@$digest"
done
cd "$OLDPWD"

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
  # A Job can't be changed.
  in_rondo delete job release-job --ignore-not-found
  kubectl apply -k "$work/k8s/overlays/$overlay"
  in_rondo wait --for=condition=complete job/release-job --timeout=15m
  wait_for_all
  local token=${SMOKE_TOKEN:-}
  [ -n "$token" ] || token=$(in_rondo exec deployment/gateway -- \
    /nodejs/bin/node /app/gateway/src/print-token.ts --user smoke)
  SMOKE_TOKEN=$token npm run --silent smoke -- "https://$RONDO_HOST"
}

# A Deployment that this release did not change keeps its revision: one step back would be a step too far.
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
# Not as a condition: there a failing command would not end it.
(
  set -e
  release
)
status=$?
set -e
if [ $status -ne 0 ]; then
  printf 'roll-out: the release does not work\n' >&2
  [ -n "$before" ] || fail 'there is no release before it to go back to'
  roll_back
  fail 'the release before it is back'
fi
printf 'roll-out: done\n'
