#!/usr/bin/env bash
# Prints the base images of our Dockerfiles by digest, as build arguments for all of them: BUILD_BASE=NAME:TAG@sha256:…
#
#   scripts/resolve-bases.sh
#
# A Dockerfile names a base by its tag, which can move at any time. Resolved once, all images of a release have the same bases, the ones
# that were scanned. Needs Docker with buildx, and the registries.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  printf 'resolve-bases: %s\n' "$1" >&2
  exit 1
}

for argument in BUILD_BASE RUNTIME_BASE; do
  names=$(sed -n "s/^ARG $argument=//p" services/*/Dockerfile gateway/Dockerfile release-job/Dockerfile | sort -u)
  [ "$(wc -l <<<"$names")" -eq 1 ] || fail "the Dockerfiles have different values of $argument"
  digest=$(docker buildx imagetools inspect --format '{{.Manifest.Digest}}' "$names") || fail "$names was not found"
  [[ $digest =~ ^sha256:[0-9a-f]{64}$ ]] || fail "the digest of $names is invalid"
  printf '%s=%s@%s\n' "$argument" "$names" "$digest"
done
