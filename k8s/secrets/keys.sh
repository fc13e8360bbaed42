#!/usr/bin/env bash
# Saves the keys of an installation to a file, and restores them, also where the secrets exist already. Prints no value.
#
#   k8s/secrets/keys.sh save FILE      FILE must not exist. Its mode is 0600.
#   k8s/secrets/keys.sh restore FILE   Replaces the saved entries. Other entries of the two secrets stay.
#
# The keys are rondo-identity, which signs tokens, rondo-notification, which opens channels, and rondo-audit, which signs
# checkpoints. Anyone with FILE can sign in as any person. A FILE of an earlier release has no rondo-audit. KUBECTL and NAMESPACE: see lib.sh.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

secrets=(rondo-identity rondo-notification rondo-audit)
header='# Keys of Rondo: secret, entry, value in base64.'

[ $# -eq 2 ] || fail 'usage: k8s/secrets/keys.sh save FILE, or restore FILE'
file=$2

save() {
  [ ! -e "$file" ] || fail "$file exists already"
  local secret entries lines=$header
  for secret in "${secrets[@]}"; do
    entries=$(entries_of "$secret")
    [ -n "$entries" ] || fail "there is no secret $secret"
    lines+=$'\n'"$secret ${entries//$'\n'/$'\n'"$secret "}"
  done
  printf '%s\n' "$lines" >"$file"
  printf 'keys: saved %s\n' "${secrets[*]}"
}

# Members of a JSON object, from the lines of one secret. The public keys are made again: an older file has none.
saved_entries() {
  awk -v secret="$1" '$1 == secret && $2 != "jwks.json" { printf "%s\"%s\":\"%s\"", separator, $2, $3; separator = "," }' "$file"
  [ "$1" != rondo-identity ] || printf ',"jwks.json":"%s"' "$(saved_public_keys | base64_of)"
}

saved_public_keys() {
  public_keys_of "$(awk '$1 == "rondo-identity" && $2 == "signing-key.json" { print $3 }' "$file" | openssl base64 -d -A)"
}

restore() {
  [ -r "$file" ] || fail "$file can't be read"
  [ "$(head -n 1 "$file")" = "$header" ] || fail "$file was not saved by this script"
  # Everything is checked before anything is written.
  local line='^(rondo-identity|rondo-notification|rondo-audit) [a-z0-9.-]+ [A-Za-z0-9+/]+=*$'
  if tail -n +2 "$file" | grep -qvE "$line"; then fail "$file is damaged"; fi
  local secret existing
  grep -q '^rondo-audit ' "$file" || secrets=(rondo-identity rondo-notification)
  for secret in "${secrets[@]}"; do
    grep -q "^$secret " "$file" || fail "$file does not contain $secret"
  done
  ensure_namespace
  for secret in "${secrets[@]}"; do
    existing=$(keys_of "$secret")
    write_secret "$secret" "$existing" "$(saved_entries "$secret")"
    printf '%s: restored\n' "$secret"
  done
  printf 'Running pods still use the old keys. Restart them: kubectl --namespace %s rollout restart deployment\n' "$namespace"
}

case $1 in
  save) save ;;
  restore) restore ;;
  *) fail 'usage: k8s/secrets/keys.sh save FILE, or restore FILE' ;;
esac
