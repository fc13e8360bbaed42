import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SignJWT } from 'jose';
import { v7 } from 'uuid';
import { AppError } from '../../src/errors.ts';
import { createTokenVerifier, isSameSecret, remoteKeys } from '../../src/http/token-verifier.ts';
import { createTestIssuer } from '../support/identity.ts';

const issuer = await createTestIssuer();
const verifierAt = (now: () => number) => createTokenVerifier({ ...issuer, now });
const verify = verifierAt(Date.now);

async function refusal(authorization: string | undefined, by = verify): Promise<[number, string]> {
  try {
    await by(authorization);
  } catch (error) {
    assert.ok(error instanceof AppError);
    return [error.status, error.code];
  }
  return assert.fail('it was let in');
}

test('a valid token identifies the person, their workspace, their source, and whether they are an operator', async () => {
  const sub = v7();
  const plain = await verify(`Bearer ${await issuer.tokenFor({ sub })}`);
  assert.deepEqual(plain, {
    personId: sub,
    workspaceId: sub,
    source: 'api',
    timeZone: 'UTC',
    isOperator: false,
  });
  const special = await verify(
    `bearer ${await issuer.tokenFor({ sub, source: 'mcp', roles: ['operator'] })}`,
  );
  assert.deepEqual([special.source, special.isOperator], ['mcp', true]);
});

test('no token, another scheme, and a token that is invalid in any way is 401', async () => {
  const sub = v7();
  const good = await issuer.tokenFor({ sub });
  const [header, payload, signature] = good.split('.');
  const secret = new TextEncoder().encode('x'.repeat(32));
  const forged = await new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .setIssuer(issuer.issuer)
    .setAudience(issuer.audience)
    .setExpirationTime('1h')
    .sign(secret);
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
  const another = await (await createTestIssuer()).tokenFor({ sub });
  for (const [what, authorization] of [
    ['nothing', undefined],
    ['no token', 'Bearer'],
    ['another scheme', `Basic ${good}`],
    ['a tampered payload', `Bearer ${header}.${payload?.slice(0, -2)}AA.${signature}`],
    ['a symmetric algorithm', `Bearer ${forged}`],
    ['no algorithm', `Bearer ${unsigned}`],
    ['another key', `Bearer ${another}`],
    ['another issuer', `Bearer ${await issuer.tokenFor({ sub, issuer: 'other' })}`],
    ['another audience', `Bearer ${await issuer.tokenFor({ sub, audience: 'other' })}`],
    ['an expired one', `Bearer ${await issuer.tokenFor({ sub, expires: 1 })}`],
    ['no subject', `Bearer ${await issuer.tokenFor({})}`],
    ['a subject that is no UUID', `Bearer ${await issuer.tokenFor({ sub: 'ada' })}`],
    ['an invalid source', `Bearer ${await issuer.tokenFor({ sub, source: 'root' })}`],
  ] as const) {
    assert.deepEqual(await refusal(authorization), [401, 'unauthorized'], what);
  }
});

test('a remembered token is rejected after it expires', async () => {
  let now = Date.now();
  const by = verifierAt(() => now);
  const authorization = `Bearer ${await issuer.tokenFor({ sub: v7(), expires: Math.floor(now / 1000) + 60 })}`;
  await by(authorization);
  now += 59_000;
  await by(authorization);
  now += 2_000;
  assert.deepEqual(await refusal(authorization, by), [401, 'unauthorized']);
});

test('when the keys can not be fetched it is 503, and it works again when they can', async (t) => {
  const authorization = `Bearer ${await issuer.tokenFor({ sub: v7() })}`;
  const away = createTokenVerifier({
    ...issuer,
    keys: remoteKeys('http://127.0.0.1:1/jwks.json'),
    now: Date.now,
  });
  assert.deepEqual(await refusal(authorization, away), [503, 'unavailable']);
  const there = createTokenVerifier({ ...issuer, keys: remoteKeys(await issuer.serve(t)), now: Date.now });
  assert.equal((await there(authorization)).source, 'api');
});

test('secrets are equal only as a whole', () => {
  assert.deepEqual(
    [
      isSameSecret('abc', 'abc'),
      isSameSecret('abd', 'abc'),
      isSameSecret('ab', 'abc'),
      isSameSecret(undefined, 'abc'),
      isSameSecret(['abc'], 'abc'),
    ],
    [true, false, false, false, false],
  );
});
