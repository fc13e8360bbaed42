#!/usr/bin/env bash
# Creates the secrets of an installation: generates what is missing, keeps what exists, prints no value.
#
#   k8s/secrets/create-secrets.sh [--managed] [--stdin] [--rotate NAME]
#
#   --managed      PostgreSQL and Kafka are outside the cluster: requires DATABASE_URL, KAFKA_BROKERS, and the broker's users:
#                  KAFKA_USERNAME and KAFKA_PASSWORD of the release job, and of each service, for instance
#                  TODO_SERVICE_KAFKA_USERNAME and TODO_SERVICE_KAFKA_PASSWORD. KAFKA_PRINCIPAL and
#                  TODO_SERVICE_KAFKA_PRINCIPAL are their names in access rules, if they are not the usernames.
#   --stdin        Reads NAME=VALUE lines from standard input.
#   --rotate NAME  Replaces rondo-dapr-api-token or rondo-app-api-token by a new token, or rondo-database or rondo-kafka by
#                  the given values. With rondo-database each service gets a new password, which the release job sets. With
#                  rondo-kafka too, where the broker is in the cluster.
#
# Values come from the environment or from --stdin, never from arguments, which other processes can see: those above, and
# optionally VAPID_SUBJECT (mailto: or https:), SMTP_URL and SMTP_FROM. KUBECTL and NAMESPACE: see lib.sh.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

services=(todo-service audit-service websocket-service notification-service recurring-task-service)

# TODO_SERVICE_KAFKA_ of todo-service.
prefix_of() {
  local upper=${1^^}
  printf '%s_KAFKA_' "${upper//-/_}"
}

broker_variables='KAFKA_USERNAME KAFKA_PASSWORD KAFKA_PRINCIPAL'
for service in "${services[@]}"; do
  prefix=$(prefix_of "$service")
  broker_variables+=" ${prefix}USERNAME ${prefix}PASSWORD ${prefix}PRINCIPAL"
done

managed=false
from_stdin=false
rotated=

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
    case $line in '' | '#'*) continue ;; esac
    case " DATABASE_URL KAFKA_BROKERS $broker_variables VAPID_SUBJECT SMTP_URL SMTP_FROM " in
      *" ${line%%=*} "*) printf -v "${line%%=*}" '%s' "${line#*=}" ;;
      *) fail "standard input has a line with an unknown name; see the head of $0" ;;
    esac
  done
fi

if $managed; then
  for name in DATABASE_URL KAFKA_BROKERS $broker_variables; do
    [ -n "${!name:-}" ] || [[ $name = *_PRINCIPAL ]] || fail "--managed needs $name"
  done
fi
case $rotated in
  rondo-database) [ -n "${DATABASE_URL:-}" ] || fail '--rotate rondo-database needs DATABASE_URL' ;;
esac

token() { openssl rand -hex 32; }

# Collects the missing entries of one secret and writes them: `begin NAME [FOLLOWS]`, `offer ENTRY VALUE` …, `finish`. A secret is
# rotated with the one that it follows.
begin() {
  secret=$1
  follows=${2:-none}
  existing=$(keys_of "$secret")
  entries=
  written=
}

has() { grep -qxF -- "$1" <<<"$existing"; }

lacks() { [ "$secret" = "$rotated" ] || [ "$follows" = "$rotated" ] || ! has "$1"; }

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
  write_secret "$secret" "$existing" "$entries"
  printf '%s: wrote%s\n' "$secret" "$written"
}

# A P-256 key pair (RFC 8292): the uncompressed point, 65 bytes, and the private key, 32 bytes.
offer_vapid_pair() {
  lacks vapid-public-key && lacks vapid-private-key || return 0
  local pair public private
  pair=$(openssl ecparam -name prime256v1 -genkey -noout -outform DER | base64_of)
  public=$(printf '%s' "$pair" | openssl base64 -d -A | tail -c 65 | base64url_of)
  # The DER encoding has seven bytes before the key: 30 77, 02 01 01, 04 20.
  private=$(printf '%s' "$pair" | openssl base64 -d -A | tail -c +8 | head -c 32 | base64url_of)
  if [ ${#public} -ne 87 ] || [ ${#private} -ne 43 ]; then fail 'openssl created no P-256 key'; fi
  offer vapid-public-key "$public"
  offer vapid-private-key "$private"
}

# An Ed25519 private key as a JWK (RFC 8037). The key is the last 32 bytes of either DER encoding.
signing_key() {
  local private d x
  private=$(openssl genpkey -algorithm ed25519 -outform DER | base64_of)
  d=$(printf '%s' "$private" | openssl base64 -d -A | tail -c 32 | base64url_of)
  x=$(printf '%s' "$private" | openssl base64 -d -A | openssl pkey -inform DER -pubout -outform DER |
    tail -c 32 | base64url_of)
  if [ ${#d} -ne 43 ] || [ ${#x} -ne 43 ]; then fail 'openssl created no Ed25519 key'; fi
  printf '{"kty":"OKP","crv":"Ed25519","d":"%s","x":"%s"}' "$d" "$x"
}

ensure_namespace

for name in rondo-dapr-api-token rondo-app-api-token; do
  begin "$name"
  made=$(token)
  offer token "$made"
  finish
done

begin rondo-identity
made=$(signing_key)
offer signing-key.json "$made"
# The public half, for the gateway, which gets no other entry of this secret.
lacks signing-key.json || made=$(value_of rondo-identity signing-key.json)
made=$(public_keys_of "$made")
offer jwks.json "$made"
finish

# An Ed25519 private key (RFC 8032) is 32 random bytes.
begin rondo-audit
made=$(openssl rand -base64 32)
offer checkpoint-keys "$made"
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
  # Read back, because an earlier run may have created it.
  password=$(value_of rondo-postgres password)
  DATABASE_URL="postgres://rondo:$password@postgres:5432/rondo"
fi
begin rondo-database
offer connection-string "${DATABASE_URL:-}"
finish

# Each service has a role of its own in the same database; the release job makes it. The name is that of the service's schema.
DATABASE_URL=$("${kubectl[@]}" --namespace "$namespace" get secret rondo-database \
  --output 'jsonpath={.data.connection-string}' | openssl base64 -d -A)
[[ $DATABASE_URL =~ ^(postgres(ql)?://)([^/]*@)?(.*)$ ]] || fail 'DATABASE_URL is not a postgres:// URL'
scheme=${BASH_REMATCH[1]}
address=${BASH_REMATCH[4]}
for user in todo-service audit-service notification-service recurring-task-service dapr; do
  begin "rondo-database-$user" rondo-database
  made=$(token)
  offer connection-string "${scheme}rondo_${user//-/_}:$made@$address"
  finish
done

begin rondo-kafka
# A rotation without another address keeps the one that is there.
if [ -n "${KAFKA_BROKERS:-}" ] || ! has brokers; then offer brokers "${KAFKA_BROKERS:-redpanda:9092}"; fi
finish
broker=$(value_of rondo-kafka brokers)

# ensure_broker_user NAME PREFIX: a given user, or one with a new password for the cluster's own broker. That broker learned the
# release job's password at its first start, and learns the others from the release job.
ensure_broker_user() {
  local username=$2USERNAME password=$2PASSWORD principal=$2PRINCIPAL follows=none made=
  if [ -n "${!password:-}" ] || { [ "$broker" = redpanda:9092 ] && [ "$1" != release-job ]; }; then follows=rondo-kafka; fi
  begin "rondo-kafka-$1" "$follows"
  if [ "$broker" = redpanda:9092 ]; then
    made=$(token)
  elif lacks password && [ -z "${!password:-}" ]; then
    fail "the broker is outside the cluster: $password is needed"
  fi
  offer username "${!username:-$1}"
  offer password "${!password:-$made}"
  offer principal "${!principal:-}"
  finish
}

ensure_broker_user release-job KAFKA_
for service in "${services[@]}"; do
  ensure_broker_user "$service" "$(prefix_of "$service")"
done

if [ -n "$rotated" ]; then
  printf 'Running pods still use the old value. Restart them: kubectl --namespace %s rollout restart deployment\n' "$namespace"
fi
