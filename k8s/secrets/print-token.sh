#!/usr/bin/env bash
# Prints a bearer token of the installation's own issuer, valid for seven days.
#
#   k8s/secrets/print-token.sh [--user NAME] [--agent NAME]
#
# With --agent it is a token of the agent of that name, which acts for the person.
# No running pod has the signing key. This script starts one that does, prints the token there, and removes it. A user who
# may create pods in the namespace can sign in as any person. KUBECTL and NAMESPACE: see lib.sh.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

options=("$@")
while [ $# -gt 0 ]; do
  case $1 in
    --user | --agent) [ $# -ge 2 ] && shift 2 && continue ;;
  esac
  fail 'usage: k8s/secrets/print-token.sh [--user NAME] [--agent NAME]'
done

in_namespace() { "${kubectl[@]}" --namespace "$namespace" "$@"; }

image=$(in_namespace get deployment gateway --output 'jsonpath={.spec.template.spec.containers[0].image}')
pod=print-token-$(openssl rand -hex 4)
trap 'in_namespace delete pod "$pod" --ignore-not-found --wait=false >/dev/null' EXIT

in_namespace create --filename - >/dev/null <<EOF
{
  "apiVersion": "v1",
  "kind": "Pod",
  "metadata": {
    "name": "$pod",
    "namespace": "$namespace",
    "labels": { "app.kubernetes.io/name": "print-token", "app.kubernetes.io/component": "print-token" }
  },
  "spec": {
    "restartPolicy": "Never",
    "activeDeadlineSeconds": 300,
    "terminationGracePeriodSeconds": 0,
    "serviceAccountName": "gateway",
    "automountServiceAccountToken": false,
    "enableServiceLinks": false,
    "securityContext": {
      "runAsNonRoot": true,
      "runAsUser": 10001,
      "runAsGroup": 10001,
      "fsGroup": 10001,
      "seccompProfile": { "type": "RuntimeDefault" }
    },
    "containers": [
      {
        "name": "main",
        "image": "$image",
        "imagePullPolicy": "IfNotPresent",
        "command": ["/nodejs/bin/node", "--eval", "setTimeout(() => {}, 300000)"],
        "env": [{ "name": "IDENTITY_DIR", "value": "/var/run/rondo/identity" }],
        "resources": { "requests": { "cpu": "10m", "memory": "64Mi" }, "limits": { "cpu": "1", "memory": "160Mi" } },
        "securityContext": {
          "allowPrivilegeEscalation": false,
          "readOnlyRootFilesystem": true,
          "capabilities": { "drop": ["ALL"] }
        },
        "volumeMounts": [{ "name": "identity", "mountPath": "/var/run/rondo/identity", "readOnly": true }]
      }
    ],
    "volumes": [
      {
        "name": "identity",
        "secret": {
          "secretName": "rondo-identity",
          "defaultMode": 288,
          "items": [{ "key": "signing-key.json", "path": "signing-key.json" }]
        }
      }
    ]
  }
}
EOF
in_namespace wait --for=condition=ready "pod/$pod" --timeout=120s >/dev/null
in_namespace exec "$pod" -- /nodejs/bin/node /app/gateway/src/print-token.ts "${options[@]}"
