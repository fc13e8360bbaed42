import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { importJWK, jwtVerify, SignJWT } from 'jose';
import webPush from 'web-push';
import { openCheckpointKeys } from '../../services/audit-service/src/domain/checkpoint-keys.ts';
import { createSecretBox } from '../../services/notification-service/src/channels/domain/secret-box.ts';
import { environmentName, serviceRegistry } from '@rondo/shared/service-registry';
import {
  brokerUserValues,
  findLeak,
  openSecretCluster,
  whyNoScript,
  type Secrets,
} from './secret-cluster.ts';

const managed: Record<string, string> & { DATABASE_URL: string } = {
  DATABASE_URL: 'postgres://rondo:managed-database-password@db.example.com:5432/rondo?sslmode=require',
  KAFKA_BROKERS: 'kafka.example.com:9093',
  ...brokerUserValues,
};

const brokerUsers = ['release-job', ...serviceRegistry.map(({ name }) => name)];

/** The sidecars, and the services with a schema. */
const databaseUsers = [
  ...serviceRegistry.flatMap(({ name, schema }) => (schema === undefined ? [] : name)),
  'dapr',
];

describe('create-secrets.sh', { skip: whyNoScript }, () => {
  test('creates every secret in an empty cluster, and shows no value in its output or arguments', async (t) => {
    const cluster = await openSecretCluster(t);
    const { status, output } = cluster.run();
    assert.equal(status, 0, output);
    const secrets = cluster.secrets();
    assert.deepEqual(
      Object.fromEntries(Object.entries(secrets).map(([name, data]) => [name, Object.keys(data)])),
      {
        'rondo-dapr-api-token': ['token'],
        'rondo-app-api-token': ['token'],
        'rondo-identity': ['signing-key.json', 'jwks.json'],
        'rondo-audit': ['checkpoint-keys'],
        'rondo-notification': ['encryption-keys', 'vapid-public-key', 'vapid-private-key', 'vapid-subject'],
        'rondo-postgres': ['password'],
        'rondo-database': ['connection-string'],
        ...Object.fromEntries(databaseUsers.map((user) => [`rondo-database-${user}`, ['connection-string']])),
        'rondo-kafka': ['brokers'],
        ...Object.fromEntries(brokerUsers.map((user) => [`rondo-kafka-${user}`, ['username', 'password']])),
      },
    );
    assert.equal(findLeak(`${output}${cluster.commands()}`, secrets), undefined);
    assert.match(output, /^rondo-identity: wrote signing-key\.json jwks\.json$/m);
  });

  test('creates keys that the programs accept', async (t) => {
    const cluster = await openSecretCluster(t);
    cluster.run();
    const secrets = cluster.secrets();
    const jwk = JSON.parse(secrets['rondo-identity']?.['signing-key.json'] ?? '') as Record<string, string>;
    assert.deepEqual(Object.keys(jwk), ['kty', 'crv', 'd', 'x']);
    const { d: _secret, ...publicJwk } = jwk;
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'EdDSA' })
      .setSubject('me')
      .sign(await importJWK(jwk, 'EdDSA'));
    const { payload } = await jwtVerify(token, await importJWK(publicJwk, 'EdDSA'));
    assert.equal(payload.sub, 'me');

    const notification = secrets['rondo-notification'] ?? {};
    const headers = webPush.getVapidHeaders(
      'https://push.example.com',
      notification['vapid-subject'] ?? '',
      notification['vapid-public-key'] ?? '',
      notification['vapid-private-key'] ?? '',
      'aes128gcm',
    );
    const [, signed = ''] = /^vapid t=([^,]+), k=/.exec(headers.Authorization) ?? [];
    const point = Buffer.from(notification['vapid-public-key'] ?? '', 'base64url');
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
    await jwtVerify(signed, await importJWK({ kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' }, 'ES256'));

    const box = createSecretBox(notification['encryption-keys'] ?? '');
    assert.equal(box.open(box.seal('target', 'channel'), 'channel'), 'target');
    openCheckpointKeys(secrets['rondo-audit']?.['checkpoint-keys'] ?? '');
    assert.match(secrets['rondo-dapr-api-token']?.['token'] ?? '', /^[0-9a-f]{64}$/);
    assert.notDeepEqual(secrets['rondo-dapr-api-token'], secrets['rondo-app-api-token']);
    assert.equal(
      secrets['rondo-database']?.['connection-string'],
      `postgres://rondo:${secrets['rondo-postgres']?.['password']}@postgres:5432/rondo`,
    );
  });

  test('changes nothing when run again, and adds entries that are given later', async (t) => {
    const cluster = await openSecretCluster(t);
    cluster.run();
    const before = cluster.secrets();
    const again = cluster.run();
    assert.equal(again.status, 0, again.output);
    assert.deepEqual(cluster.secrets(), before);
    assert.ok(!again.output.includes('wrote'), again.output);
    const { output } = cluster.run([], {
      env: { SMTP_URL: 'smtps://rondo:mail-password@mail.example.com', SMTP_FROM: 'rondo@example.com' },
    });
    assert.match(output, /^rondo-notification: wrote smtp-url smtp-from$/m);
    assert.ok(!output.includes('mail-password'));
    const { 'smtp-url': url, 'smtp-from': from, ...rest } = cluster.secrets()['rondo-notification'] ?? {};
    assert.deepEqual([url, from], ['smtps://rondo:mail-password@mail.example.com', 'rondo@example.com']);
    assert.deepEqual(rest, before['rondo-notification']);
  });

  test('rotates only the named token, and refuses other names', async (t) => {
    const cluster = await openSecretCluster(t);
    cluster.run();
    const { 'rondo-app-api-token': before, ...others } = cluster.secrets();
    const { output } = cluster.run(['--rotate', 'rondo-app-api-token']);
    const { 'rondo-app-api-token': after, ...same } = cluster.secrets();
    assert.notDeepEqual(after, before);
    assert.deepEqual(same, others);
    assert.match(output, /rollout restart deployment/);
    for (const args of [['--rotate', 'rondo-identity'], ['--rotate'], ['--rotate', 'rondo-database']])
      assert.equal(cluster.run(args).status, 1, args.join(' '));
    assert.deepEqual(cluster.secrets(), { ...others, 'rondo-app-api-token': after });
  });

  test('gives each service a new password, and the new address, with a new database', async (t) => {
    const cluster = await openSecretCluster(t);
    cluster.run();
    const before = cluster.secrets();
    const { status, output } = cluster.run(['--rotate', 'rondo-database'], { env: managed });
    assert.equal(status, 0, output);
    const passwords = databaseUsers.flatMap((user) => {
      const urlIn = (secrets: Secrets) =>
        new URL(secrets[`rondo-database-${user}`]?.['connection-string'] ?? '');
      const [old, changed] = [urlIn(before), urlIn(cluster.secrets())];
      assert.deepEqual([old.host, changed.host], ['postgres:5432', 'db.example.com:5432']);
      return [old.password, changed.password];
    });
    assert.equal(new Set(passwords).size, 2 * databaseUsers.length);
    assert.equal(findLeak(`${output}${cluster.commands()}`, cluster.secrets()), undefined);
  });

  for (const [by, args, given] of [
    ['environment', ['--managed'], { env: managed }],
    [
      'standard input',
      ['--managed', '--stdin'],
      {
        input: Object.entries(managed)
          .map(([name, value]) => `${name}=${value}\n`)
          .join(''),
      },
    ],
  ] as const) {
    test(`accepts a managed database and broker from the ${by}, and shows no password`, async (t) => {
      const cluster = await openSecretCluster(t);
      const { status, output } = cluster.run([...args], given);
      assert.equal(status, 0, output);
      const secrets = cluster.secrets();
      assert.equal(secrets['rondo-database']?.['connection-string'], managed.DATABASE_URL);
      assert.deepEqual(secrets['rondo-kafka'], { brokers: managed['KAFKA_BROKERS'] });
      for (const [user, prefix] of [
        ['release-job', ''],
        ...serviceRegistry.map((entry) => [entry.name, `${environmentName(entry)}_`] as const),
      ] as const)
        assert.deepEqual(secrets[`rondo-kafka-${user}`], {
          username: managed[`${prefix}KAFKA_USERNAME`],
          password: managed[`${prefix}KAFKA_PASSWORD`],
          principal: managed[`${prefix}KAFKA_PRINCIPAL`],
        });
      const { host, pathname, search } = new URL(managed.DATABASE_URL);
      for (const user of databaseUsers) {
        const url = new URL(secrets[`rondo-database-${user}`]?.['connection-string'] ?? '');
        assert.deepEqual(
          [url.username, url.host, url.pathname, url.search],
          [`rondo_${user.replaceAll('-', '_')}`, host, pathname, search],
        );
        assert.match(url.password, /^[0-9a-f]{64}$/);
      }
      assert.equal(secrets['rondo-postgres'], undefined);
      assert.ok(!/managed-/.test(`${output}${cluster.commands()}`));
    });
  }

  test('gives each service a new password at the broker of the cluster, and keeps that of the release job', async (t) => {
    const cluster = await openSecretCluster(t);
    cluster.run();
    const before = cluster.secrets();
    const { status, output } = cluster.run(['--rotate', 'rondo-kafka']);
    assert.equal(status, 0, output);
    const after = cluster.secrets();
    for (const user of brokerUsers) {
      const [old, changed] = [before, after].map((secrets) => secrets[`rondo-kafka-${user}`]);
      assert.equal(changed?.['username'], user);
      assert.equal(changed?.['password'] === old?.['password'], user === 'release-job', user);
    }
    assert.deepEqual(after['rondo-kafka'], before['rondo-kafka']);
    assert.equal(findLeak(`${output}${cluster.commands()}`, after), undefined);
  });

  test('rotates only the given users of a managed broker, and makes up no password for it', async (t) => {
    const cluster = await openSecretCluster(t);
    cluster.run(['--managed'], { env: managed });
    const { 'rondo-kafka-audit-service': old, ...others } = cluster.secrets();
    const { status, output } = cluster.run(['--rotate', 'rondo-kafka'], {
      env: { AUDIT_SERVICE_KAFKA_USERNAME: 'renamed', AUDIT_SERVICE_KAFKA_PASSWORD: 'managed-new-password' },
    });
    assert.equal(status, 0, output);
    const { 'rondo-kafka-audit-service': changed, ...same } = cluster.secrets();
    assert.deepEqual(changed, { ...old, username: 'renamed', password: 'managed-new-password' });
    assert.deepEqual(same, others);
    const empty = await openSecretCluster(t);
    const refused = empty.run([], { env: { KAFKA_BROKERS: 'kafka.example.com:9093' } });
    assert.equal(refused.status, 1);
    assert.match(refused.output, /the broker is outside the cluster: KAFKA_PASSWORD is needed/);
  });

  test('names a missing value of a managed installation before it creates anything', async (t) => {
    const cluster = await openSecretCluster(t);
    for (const name of ['KAFKA_PASSWORD', 'AUDIT_SERVICE_KAFKA_USERNAME']) {
      const { [name]: _missing, ...env } = managed;
      const { status, output } = cluster.run(['--managed'], { env });
      assert.equal(status, 1);
      assert.match(output, new RegExp(`--managed needs ${name}$`, 'm'));
      assert.deepEqual(cluster.secrets(), {});
    }
  });
});
