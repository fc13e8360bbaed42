#!/usr/bin/env bash
# Makes the secrets of an installation: generates what is missing, keeps what exists, prints no value.
#
#   k8s/secrets/create-secrets.sh [--managed] [--stdin] [--rotate NAME]
#
#   --managed      PostgreSQL and Kafka are outside the cluster: DATABASE_URL, KAFKA_BROKERS, KAFKA_USERNAME and
#                  KAFKA_PASSWORD have to be given.
#   --stdin        Reads NAME=VALUE lines from standard input in place of the environment.
#   --rotate NAME  Replaces rondo-dapr-api-token or rondo-app-api-token by a fresh token, or rondo-database or
#                  rondo-kafka by what is given.
#
# Given by the environment or by --stdin, never as an argument, which other processes see: the four above, and where they
# are wanted VAPID_SUBJECT (mailto: or https:), SMTP_URL and SMTP_FROM.
# KUBECTL (default: kubectl) is the command, NAMESPACE (default: rondo) where the secrets go.
set -euo pipefail
set +x
umask 077

read -ra kubectl <<<"${KUBECTL:-kubectl}"
namespace=${NAMESPACE:-rondo}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
managed=false
from_stdin=false
rotated=

fail() {
  printf 'create-secrets: %s\n' "$1" >&2
  exit 1
}

while [ $# -gt 0 ]; do
  case $1 in
    --managed) managed=true ;;
    --stdin) from_stdin=true ;;
    --rotate)
      rotated=${2:-}
      shift
      case $rotated in
        rondo-dapr-api-token | rondo-app-api-token | rondo-database | rondo-kafka) ;;
        *) fail "--rotate takes rondo-dapr-api-token, rondo-app-api-token, rondo-database or rondo-kafka" ;;
      esac
      ;;
    *) fail "unknown argument; see the head of $0" ;;
  esac
  [ $# -eq 0 ] || shift
done

if $from_stdin; then
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      DATABASE_URL=* | KAFKA_BROKERS=* | KAFKA_USERNAME=* | KAFKA_PASSWORD=* | VAPID_SUBJECT=* | SMTP_URL=* | SMTP_FROM=*)
        printf -v "${line%%=*}" '%s' "${line#*=}"
        ;;
      '' | '#'*) ;;
      *) fail "standard input has a line that is none of the names in the head of $0" ;;
    esac
  done
fi

if $managed; then
  for name in DATABASE_URL KAFKA_BROKERS KAFKA_USERNAME KAFKA_PASSWORD; do
    [ -n "${!name:-}" ] || fail "--managed needs $name"
  done
fi
case $rotated in
  rondo-database) [ -n "${DATABASE_URL:-}" ] || fail '--rotate rondo-database needs DATABASE_URL' ;;
  rondo-kafka) [ -n "${KAFKA_BROKERS:-}" ] || fail '--rotate rondo-kafka needs KAFKA_BROKERS' ;;
esac

base64_of() { openssl base64 -A; }
base64url_of() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
token() { openssl rand -hex 32; }

# The names of a secret's entries, nothing of their values; empty where there is no such secret.
keys_of() {
  # shellcheck disable=SC2016 # $key and $value are the template's.
  "${kubectl[@]}" --namespace "$namespace" get secret "$1" --ignore-not-found \
    --output 'go-template={{range $key, $value := .data}}{{$key}}{{"\n"}}{{end}}'
}

# What is to be written of the secret that is being looked at: `begin NAME`, `offer KEY VALUE` …, `finish`.
begin() {
  secret=$1
  existing=$(keys_of "$secret")
  entries=
  written=
}

has() { grep -qxF -- "$1" <<<"$existing"; }

lacks() { [ "$secret" = "$rotated" ] || ! has "$1"; }

offer() {
  if [ -n "$2" ] && lacks "$1"; then
    entries="$entries${entries:+,}\"$1\":\"$(printf '%s' "$2" | base64_of)\""
    written="$written $1"
  fi
}

finish() {
  if [ -z "$entries" ]; then
    printf '%s: kept\n' "$secret"
    return
  fi
  if [ -z "$existing" ]; then
    printf '{"apiVersion":"v1","kind":"Secret","type":"Opaque","metadata":{"name":"%s","namespace":"%s"},"data":{%s}}\n' \
      "$secret" "$namespace" "$entries" | "${kubectl[@]}" create --filename - >/dev/null
  else
    printf '{"data":{%s}}\n' "$entries" |
      "${kubectl[@]}" --namespace "$namespace" patch secret "$secret" --type merge --patch-file /dev/stdin >/dev/null
  fi
  printf '%s: wrote%s\n' "$secret" "$written"
}

# A P-256 key pair (RFC 8292): the point uncompressed, 65 bytes, and the private key, 32 bytes.
offer_vapid_pair() {
  lacks vapid-public-key && lacks vapid-private-key || return 0
  local pair public private
  pair=$(openssl ecparam -name prime256v1 -genkey -noout -outform DER | base64_of)
  public=$(printf '%s' "$pair" | openssl base64 -d -A | tail -c 65 | base64url_of)
  # Before the key: 30 77, 02 01 01, 04 20.
  private=$(printf '%s' "$pair" | openssl base64 -d -A | tail -c +8 | head -c 32 | base64url_of)
  if [ ${#public} -ne 87 ] || [ ${#private} -ne 43 ]; then fail 'openssl made no P-256 key'; fi
  offer vapid-public-key "$public"
  offer vapid-private-key "$private"
}

# An Ed25519 private key as a JWK (RFC 8037): the last 32 bytes of either encoding are the key.
signing_key() {
  local private d x
  private=$(openssl genpkey -algorithm ed25519 -outform DER | base64_of)
  d=$(printf '%s' "$private" | openssl base64 -d -A | tail -c 32 | base64url_of)
  x=$(printf '%s' "$private" | openssl base64 -d -A | openssl pkey -inform DER -pubout -outform DER |
    tail -c 32 | base64url_of)
  if [ ${#d} -ne 43 ] || [ ${#x} -ne 43 ]; then fail 'openssl made no Ed25519 key'; fi
  printf '{"kty":"OKP","crv":"Ed25519","d":"%s","x":"%s"}' "$d" "$x"
}

if ! "${kubectl[@]}" get namespace "$namespace" >/dev/null 2>&1; then
  if [ "$namespace" = rondo ]; then
    "${kubectl[@]}" apply --filename - <"$here/../base/namespace.yaml" >/dev/null
  else
    "${kubectl[@]}" create namespace "$namespace" >/dev/null
  fi
fi

for name in rondo-dapr-api-token rondo-app-api-token; do
  begin "$name"
  made=$(token)
  offer token "$made"
  finish
done

begin rondo-identity
made=$(signing_key)
offer signing-key.json "$made"
finish

begin rondo-notification
made=$(openssl rand -base64 32)
offer encryption-keys "$made"
offer_vapid_pair
offer vapid-subject "${VAPID_SUBJECT:-mailto:rondo@localhost.localdomain}"
offer smtp-url "${SMTP_URL:-}"
offer smtp-from "${SMTP_FROM:-}"
finish

if [ -z "${DATABASE_URL:-}" ] && [ -z "$(keys_of rondo-database)" ]; then
  begin rondo-postgres
  made=$(token)
  offer password "$made"
  finish
  # Read back: it may be older than this run.
  password=$("${kubectl[@]}" --namespace "$namespace" get secret rondo-postgres --output 'jsonpath={.data.password}' |
    openssl base64 -d -A)
  DATABASE_URL="postgres://rondo:$password@postgres:5432/rondo"
fi
begin rondo-database
offer connection-string "${DATABASE_URL:-}"
finish

begin rondo-kafka
offer brokers "${KAFKA_BROKERS:-redpanda:9092}"
offer username "${KAFKA_USERNAME:-}"
offer password "${KAFKA_PASSWORD:-}"
finish

if [ -n "$rotated" ]; then
  printf 'What runs still has the old one: kubectl --namespace %s rollout restart deployment\n' "$namespace"
fi
