#!/usr/bin/env bash
# Writes the manifests of one release: a copy of k8s with the host, the brokers and each image by its digest.
# Prints the directory that `kubectl apply -k` takes. What is checked out stays as it is.
#
#   scripts/prepare-release.sh OVERLAY REGISTRY DIGESTS OUTPUT
#
# OVERLAY    aks or gke
# REGISTRY   what precedes the name of an image: ghcr.io/OWNER/REPOSITORY
# DIGESTS    a directory with one file for each image (todo-service, …) that holds its digest
# OUTPUT     an existing directory, without a k8s in it
# RONDO_HOST and KAFKA_BROKERS (environment): the host name that people use, and the brokers, for scaling by lag.
# KUBERNETES_API (environment, optional): the address of the cluster's API server as a range, such as 172.16.0.34/32. Sidecars may
# then use ports 443 and 6443 of no other address.
# Needs kustomize 5.
set -euo pipefail

fail() {
  printf 'prepare-release: %s\n' "$1" >&2
  exit 1
}

[ $# -eq 4 ] || fail 'usage: scripts/prepare-release.sh OVERLAY REGISTRY DIGESTS OUTPUT'
overlay=$1
registry=$2
digests=$(realpath "$3")
output=$(realpath "$4")
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")

[ -d "$digests" ] || fail "there is no directory $3"
[ -e "$root/k8s/overlays/$overlay/addresses.yaml" ] || fail "$overlay is not an overlay of a cloud"
[[ ${RONDO_HOST:-} =~ ^[a-z0-9.-]+$ ]] || fail 'RONDO_HOST must be a host name'
[[ ${KAFKA_BROKERS:-} =~ ^[A-Za-z0-9.,:-]+$ ]] || fail 'KAFKA_BROKERS must be HOST:PORT,…'
[[ ${KUBERNETES_API:-0.0.0.0/0} =~ ^[0-9.]+/[0-9]+$ ]] || fail 'KUBERNETES_API must be ADDRESS/BITS'
[ ! -e "$output/k8s" ] || fail "$output/k8s exists already"

cp -r "$root/k8s" "$output"
sed -i "s|^  host: .*|  host: $RONDO_HOST|; s|^  brokers: .*|  brokers: $KAFKA_BROKERS|;
  s|^  kubernetes-api: .*|  kubernetes-api: ${KUBERNETES_API:-0.0.0.0/0}|" \
  "$output/k8s/overlays/$overlay/addresses.yaml"
cd "$output/k8s/managed"
for dockerfile in "$root"/services/*/Dockerfile "$root"/gateway/Dockerfile "$root"/release-job/Dockerfile; do
  image=$(basename "$(dirname "$dockerfile")")
  digest=$(cat "$digests/$image" 2>/dev/null) || fail "there is no digest of $image in $digests"
  [[ $digest =~ ^sha256:[0-9a-f]{64}$ ]] || fail "the digest of $image is invalid"
  kustomize edit set image "rondo/$image=$registry/$image@$digest"
done
printf '%s\n' "$output/k8s/overlays/$overlay"
