# shellcheck shell=bash
# Shared by the scripts of this folder. They show names of secrets and entries, and never a value: a value is in no output, no
# argument and no error. KUBECTL (default: kubectl) is the command, NAMESPACE (default: rondo) the namespace of the secrets.
set -euo pipefail
set +x
umask 077

read -ra kubectl <<<"${KUBECTL:-kubectl}"
namespace=${NAMESPACE:-rondo}

fail() {
  printf '%s: %s\n' "$(basename "$0" .sh)" "$1" >&2
  exit 1
}

base64_of() { openssl base64 -A; }

# Creates the namespace if it is missing.
ensure_namespace() {
  "${kubectl[@]}" get namespace "$namespace" >/dev/null 2>&1 && return
  if [ "$namespace" = rondo ]; then
    "${kubectl[@]}" apply --filename - <"$(dirname "${BASH_SOURCE[0]}")/../base/namespace.yaml" >/dev/null
  else
    "${kubectl[@]}" create namespace "$namespace" >/dev/null
  fi
}

# Prints the names of a secret's entries; nothing if there is no such secret.
keys_of() {
  # shellcheck disable=SC2016 # $key and $value belong to the template.
  "${kubectl[@]}" --namespace "$namespace" get secret "$1" --ignore-not-found \
    --output 'go-template={{range $key, $value := .data}}{{$key}}{{"\n"}}{{end}}'
}

# Prints a secret's entries, `NAME BASE64` in each line; nothing if there is no such secret.
entries_of() {
  # shellcheck disable=SC2016
  "${kubectl[@]}" --namespace "$namespace" get secret "$1" --ignore-not-found \
    --output 'go-template={{range $key, $value := .data}}{{$key}} {{$value}}{{"\n"}}{{end}}'
}

# Prints one entry of a secret.
value_of() {
  "${kubectl[@]}" --namespace "$namespace" get secret "$1" --output "jsonpath={.data.${2//./\\.}}" | openssl base64 -d -A
}

base64url_of() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

# Prints the public half of a signing key as a key set (RFC 7517, RFC 8037). The key's id is its thumbprint (RFC 7638).
public_keys_of() {
  local x kid
  x=$(sed -n 's/.*"x": *"\([A-Za-z0-9_-]*\)".*/\1/p' <<<"$1")
  [ ${#x} -eq 43 ] || fail 'signing-key.json is not an Ed25519 key'
  kid=$(printf '{"crv":"Ed25519","kty":"OKP","x":"%s"}' "$x" | openssl dgst -sha256 -binary | base64url_of)
  printf '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"%s","kid":"%s","alg":"EdDSA","use":"sig"}]}' "$x" "$kid"
}

# write_secret NAME EXISTING ENTRIES: creates the secret if EXISTING is empty, otherwise adds or replaces these entries.
# ENTRIES are members of a JSON object with base64 values.
write_secret() {
  if [ -z "$2" ]; then
    printf '{"apiVersion":"v1","kind":"Secret","type":"Opaque","metadata":{"name":"%s","namespace":"%s"},"data":{%s}}\n' \
      "$1" "$namespace" "$3" | write_quietly "$1" create --filename -
  else
    printf '{"data":{%s}}\n' "$3" |
      write_quietly "$1" --namespace "$namespace" patch secret "$1" --type merge --patch-file /dev/stdin
  fi
}

# An error of kubectl can quote the object that it refuses, so only the reason is shown.
write_quietly() {
  local name=$1 errors reason
  shift
  if errors=$("${kubectl[@]}" "$@" 2>&1 >/dev/null); then return; fi
  reason=$(sed -n 's/^Error from server (\([A-Za-z]*\)).*/\1/p' <<<"$errors" | head -n 1)
  fail "kubectl could not write the secret $name: ${reason:-no reason from the server, is the cluster reachable?}"
}
