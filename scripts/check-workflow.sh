#!/usr/bin/env bash
# `npm run test:workflow`: the workflows judged by actionlint, and what they run by shellcheck. Needs Go and shellcheck.
set -euo pipefail
cd "$(dirname "$0")/.."

version=v1.7.12
tools=${RONDO_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/rondo}/actionlint-$version
for program in go shellcheck; do
  command -v "$program" >/dev/null || {
    printf 'test:workflow needs %s: it is in the Debian package %s\n' "$program" "${program/#go/golang}" >&2
    exit 1
  }
done
if [ ! -x "$tools/actionlint" ]; then
  # Beside its place first: a build that is cut off leaves none.
  draft=$(mktemp -d)
  GOBIN=$draft go install "github.com/rhysd/actionlint/cmd/actionlint@$version"
  mkdir -p "$tools"
  mv "$draft/actionlint" "$tools/"
  rmdir "$draft"
fi
"$tools/actionlint" -color .github/workflows/*.yaml
scripts=(scripts/*.sh .ci/run)
for found in k8s/secrets/*.sh; do
  [ ! -e "$found" ] || scripts+=("$found")
done
shellcheck "${scripts[@]}"
printf 'workflow: %s and %s scripts are well\n' "$(find .github/workflows -name '*.yaml' | wc -l) workflow" "${#scripts[@]}"
