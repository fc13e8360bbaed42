import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { auditSecret, notificationSecret } from '@rondo/shared/contracts/topics';
import { databaseSecretKey, databaseSecretOf } from '@rondo/shared/service';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { readManifests, root, type Manifest } from '../manifest.ts';
import { base, services, workloads } from '../rendered-base.ts';
import { brokerUserValues, openSecretCluster, whyNoScript } from '../secret-cluster.ts';

const components = readManifests('dapr-components/*.yaml').filter(({ kind }) => kind === 'Component');

type Entry = { secret: string; key: string };
const label = ({ secret, key }: Entry) => `${secret}/${key}`;

/** The entries of its secret that notification-service reads: the keys of its type. */
function notificationKeys(): string[] {
  const text = readFileSync(join(root, 'services/notification-service/src/secrets.ts'), 'utf8');
  const [type = ''] = /export type NotificationSecrets[\s\S]*?;/.exec(text) ?? [];
  return [...type.matchAll(/'([a-z-]+)'/g)].flatMap(([, key]) => key ?? []);
}

const readBySidecars = (app: string): Entry[] =>
  components
    .filter(({ scopes }) => (scopes as string[] | undefined)?.includes(app) ?? true)
    .flatMap(({ spec }) => spec.metadata as { secretKeyRef?: { name: string; key: string } }[])
    .flatMap(({ secretKeyRef }) =>
      secretKeyRef ? [{ secret: secretKeyRef.name, key: secretKeyRef.key }] : [],
    );

const readByCode = (app: string): Entry[] => [
  ...(serviceRegistry.find(({ name }) => name === app)?.schema
    ? [{ secret: databaseSecretOf(app), key: databaseSecretKey }]
    : []),
  ...(app === 'notification-service'
    ? notificationKeys().map((key) => ({ secret: notificationSecret, key }))
    : []),
  ...(app === 'audit-service' ? [{ secret: auditSecret, key: 'checkpoint-keys' }] : []),
];

/** The variables of a sidecar, in Dapr's form `NAME=SECRET:KEY`, with commas. */
const sidecarVariables = (annotations: Record<string, string>): Record<string, Entry> =>
  Object.fromEntries(
    (annotations['dapr.io/env-from-secret'] ?? '')
      .split(',')
      .filter(Boolean)
      .map((variable) => {
        const [, name = '', secret = '', key = ''] = /^(\w+)=([a-z-]+):([a-z-]+)$/.exec(variable) ?? [];
        return [name, { secret, key }];
      }),
  );

const readByPods: Entry[] = workloads.flatMap(({ env, annotations, pod }) => [
  ...Object.values(sidecarVariables(annotations)),
  ...[
    ...env,
    ...((pod['initContainers'] ?? []) as Manifest[]).flatMap((wait) => wait['env'] as typeof env),
  ].flatMap(({ valueFrom }) =>
    valueFrom?.secretKeyRef ? [{ secret: valueFrom.secretKeyRef.name, key: valueFrom.secretKeyRef.key }] : [],
  ),
  // Dapr decides the key of a token.
  ...['dapr.io/api-token-secret', 'dapr.io/app-token-secret'].flatMap((name) =>
    annotations[name] === undefined ? [] : [{ secret: annotations[name], key: 'token' }],
  ),
  ...((pod['volumes'] ?? []) as Manifest[]).flatMap(({ secret }) =>
    ((secret?.items ?? []) as Manifest[]).map(({ key }) => ({
      secret: secret.secretName as string,
      key: String(key),
    })),
  ),
]);

/** Read in the pod that `print-token.sh` starts. No other pod has it. */
const signingKey: Entry = { secret: 'rondo-identity', key: 'signing-key.json' };

/** The entries that the script creates: with the cluster's own database and broker, and with managed ones. */
async function madeByScript(t: TestContext): Promise<string[]> {
  const entries: string[] = [];
  for (const [args, env] of [
    [[], {}],
    [
      ['--managed'],
      {
        DATABASE_URL: 'postgres://rondo@db.example.com/rondo',
        KAFKA_BROKERS: 'kafka.example.com:9093',
        ...brokerUserValues,
        SMTP_URL: 'smtps://mail.example.com',
        SMTP_FROM: 'rondo@example.com',
      },
    ],
  ] as const) {
    const cluster = await openSecretCluster(t);
    const { status, output } = cluster.run([...args], { env });
    assert.equal(status, 0, output);
    for (const [secret, data] of Object.entries(cluster.secrets()))
      entries.push(...Object.keys(data).map((key) => label({ secret, key })));
  }
  return entries;
}

const unique = (entries: string[]) => [...new Set(entries)].toSorted();

describe('the secrets', () => {
  test(
    'that the script creates are those that are read, entry by entry',
    { skip: whyNoScript },
    async (t) => {
      const read = [
        ...serviceRegistry.flatMap(({ name }) => [...readBySidecars(name), ...readByCode(name)]),
        ...readByPods,
        signingKey,
      ];
      assert.deepEqual(unique(await madeByScript(t)), unique(read.map(label)));
    },
  );

  test('leave the signing key to no running pod: a volume names its entries, and none is the key', () => {
    for (const { name, pod } of workloads)
      for (const { secret } of (pod['volumes'] ?? []) as Manifest[])
        if (secret) assert.ok((secret.items ?? []).length > 0, name);
    assert.ok(!readByPods.some((entry) => label(entry) === label(signingKey)));
  });

  test('of the broker are of one user for each sidecar, and components refer to them by variables', () => {
    for (const { name, annotations, pod } of services) {
      const secret = `rondo-kafka-${name}`;
      assert.deepEqual(sidecarVariables(annotations), {
        KAFKA_USERNAME: { secret, key: 'username' },
        KAFKA_PASSWORD: { secret, key: 'password' },
      });
      // The same user waits for the broker before.
      const [wait] = pod['initContainers'] as { env: (typeof services)[number]['env'] }[];
      const waiting = (wait?.env ?? []).flatMap(({ name: variable, valueFrom }) => {
        const { name: from, key } = valueFrom?.secretKeyRef ?? {};
        return from === undefined || from === 'rondo-kafka' ? [] : [[variable, { secret: from, key }]];
      });
      assert.deepEqual(Object.fromEntries(waiting), sidecarVariables(annotations));
    }
    for (const { metadata, spec } of components.filter((file) => file['spec'].type === 'pubsub.kafka'))
      assert.deepEqual(
        (spec.metadata as { name: string; envRef?: string }[]).flatMap(({ name, envRef }) =>
          envRef === undefined ? [] : [[name, envRef]],
        ),
        [
          ['saslUsername', 'KAFKA_USERNAME'],
          ['saslPassword', 'KAFKA_PASSWORD'],
        ],
        metadata.name,
      );
  });

  test('of the broker that administer it are read by the release job and by the broker only', () => {
    const readers = workloads.filter((workload) =>
      JSON.stringify(workload).includes('rondo-kafka-release-job'),
    );
    assert.deepEqual(readers.map(({ name }) => name).toSorted(), ['redpanda', 'release-job']);
  });

  test('of an app are exactly those that its service account may get', () => {
    const accounts = base;
    for (const { name } of serviceRegistry) {
      const role = accounts.find(({ kind, metadata }) => kind === 'Role' && metadata.name === name);
      const [rule, ...others] = (role?.['rules'] ?? []) as Record<string, string[]>[];
      assert.deepEqual(others, [], name);
      assert.deepEqual([rule?.['resources'], rule?.['verbs']], [['secrets'], ['get']], name);
      assert.deepEqual(
        unique(rule?.['resourceNames'] ?? []),
        unique([...readBySidecars(name), ...readByCode(name)].map(({ secret }) => secret)),
        name,
      );
    }
    const roles = accounts.filter(({ kind }) => kind === 'Role').map(({ metadata }) => metadata.name);
    assert.deepEqual(roles.toSorted(), serviceRegistry.map(({ name }) => name).toSorted());
    for (const { metadata, subjects, roleRef } of accounts.filter(({ kind }) => kind === 'RoleBinding'))
      assert.deepEqual([subjects[0].name, subjects.length, roleRef.name], [metadata.name, 1, metadata.name]);
  });

  test('that the Configuration allows are those that services request', () => {
    const [configuration] = readManifests('dapr-components/configuration.yaml');
    assert.deepEqual(
      unique(
        configuration?.['spec'].secrets.scopes.flatMap(
          ({ allowedSecrets = [] }: { allowedSecrets?: string[] }) => allowedSecrets,
        ),
      ),
      unique(serviceRegistry.flatMap(({ name }) => readByCode(name).map(({ secret }) => secret))),
    );
  });

  test('are read with one service account for each pod', () => {
    const accounts = base
      .filter(({ kind }) => kind === 'ServiceAccount')
      .map(({ metadata }) => metadata.name);
    assert.deepEqual(
      accounts.toSorted(),
      workloads.map(({ pod }) => String(pod['serviceAccountName'])).toSorted(),
    );
  });
});
