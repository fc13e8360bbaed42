#!/usr/bin/env bash
# `npm run test:workflow`: checks the workflows with actionlint, and our shell scripts with shellcheck. Needs Go and shellcheck.
set -euo pipefail
cd "$(dirname "$0")/.."

version=v1.7.12
tools=${RONDO_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/rondo}/actionlint-$version
for program in go shellcheck; do
  command -v "$program" >/dev/null || {
    printf 'test:workflow needs %s, which is in the Debian package %s\n' "$program" "${program/#go/golang}" >&2
    exit 1
  }
done
if [ ! -x "$tools/actionlint" ]; then
  # Built in a temporary directory, so that an interrupted build leaves nothing.
  draft=$(mktemp -d)
  GOBIN=$draft go install "github.com/rhysd/actionlint/cmd/actionlint@$version"
  mkdir -p "$tools"
  mv "$draft/actionlint" "$tools/"
  rmdir "$draft"
fi
"$tools/actionlint" -color .github/workflows/*.yaml
scripts=(scripts/*.sh k8s/secrets/*.sh .ci/run)
shellcheck "${scripts[@]}"
printf 'workflow: no problem in %s and %s scripts\n' "$(find .github/workflows -name '*.yaml' | wc -l) workflow" "${#scripts[@]}"
