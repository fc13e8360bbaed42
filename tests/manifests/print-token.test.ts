import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { localAudience, localIssuer, personId } from '@rondo/gateway/issuer';
import { createTokenVerifier } from '@rondo/shared/http/token-verifier';
import { openSecretCluster, whyNoScript } from './secret-cluster.ts';

describe('print-token.sh', { skip: whyNoScript }, () => {
  test('prints a token that fits the public keys of the gateway, and removes its pod', async (t) => {
    const cluster = await openSecretCluster(t);
    cluster.run();
    const jwks = JSON.parse(cluster.secrets()['rondo-identity']?.['jwks.json'] ?? '') as JSONWebKeySet;
    assert.ok(!JSON.stringify(jwks).includes('"d"'));
    const verify = createTokenVerifier({
      issuer: localIssuer,
      audience: localAudience,
      keys: createLocalJWKSet(jwks),
      now: () => Date.now(),
    });
    for (const [args, name, agent] of [
      [[], 'me', undefined],
      [['--user', 'ada'], 'ada', undefined],
      [['--agent', 'Night Shift', '--user', 'ada'], 'ada', 'Night Shift'],
    ] as const) {
      const { status, output } = cluster.printToken([...args]);
      assert.equal(status, 0, output);
      const identity = await verify(`Bearer ${output.trim()}`);
      assert.deepEqual([identity.personId, identity.agent?.name], [personId(name), agent]);
      assert.deepEqual(cluster.pods(), []);
    }
  });

  test('removes its pod also if there is no key', async (t) => {
    const cluster = await openSecretCluster(t);
    assert.notEqual(cluster.printToken([]).status, 0);
    assert.deepEqual(cluster.pods(), []);
  });

  test('refuses other arguments', async (t) => {
    const cluster = await openSecretCluster(t);
    for (const args of [['ada'], ['--user'], ['--user', 'ada', '--agent'], ['--name', 'ada']]) {
      const { status, output } = cluster.printToken(args);
      assert.deepEqual([status, /usage: /.test(output)], [1, true], args.join(' '));
    }
  });
});
