import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errors, SignJWT } from 'jose';
import { v7 } from 'uuid';
import { AppError } from '../../src/errors.ts';
import { createTokenVerifier, isSameSecret, remoteKeys } from '../../src/http/token-verifier.ts';
import { createTestIssuer } from '../support/identity.ts';

const issuer = await createTestIssuer();
const verifierAt = (now: () => number) => createTokenVerifier({ ...issuer, now });
const verify = verifierAt(Date.now);

/** Seconds since the epoch, `after` seconds from now. */
const seconds = (after: number) => Math.floor(Date.now() / 1000) + after;

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
  const expires = Math.floor(Date.now() / 1000) + 3_600;
  const plain = await verify(`Bearer ${await issuer.tokenFor({ sub, expires })}`);
  assert.deepEqual(plain, {
    personId: sub,
    workspaceId: sub,
    source: 'api',
    timeZone: null,
    locale: null,
    isOperator: false,
    tokenExpiresMs: expires * 1000,
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
    ['something after the token', `Bearer ${good} junk`],
    ['two spaces', `Bearer  ${good}`],
    ['a space at the end', `Bearer ${good} `],
    ['two tokens', `Bearer ${good},Bearer ${good}`],
    ['a token of another type', `Bearer ${await issuer.tokenFor({ sub, typ: 'logout+jwt' })}`],
    ['one that is issued in the future', `Bearer ${await issuer.tokenFor({ sub, iat: seconds(90) })}`],
    [
      'one that is issued after its end',
      `Bearer ${await issuer.tokenFor({ sub, iat: seconds(20), expires: seconds(10) })}`,
    ],
    ['one that is not valid yet', `Bearer ${await issuer.tokenFor({ sub, nbf: seconds(90) })}`],
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

test('the act claim names the agent that acts for the person', async () => {
  const by = async (act: unknown) =>
    (await verify(`Bearer ${await issuer.tokenFor({ sub: v7(), act })}`)).agent;
  assert.deepEqual(await by({ sub: 'assistant', name: 'Assistant' }), {
    client_id: 'assistant',
    name: 'Assistant',
  });
  const chain = { sub: 'assistant', name: 'Assistant', iss: 'urn:other', act: { sub: 'earlier' } };
  assert.deepEqual(
    await by(chain),
    { client_id: 'assistant', name: 'Assistant' },
    'what else the claim has is left out',
  );
});

test('an agent of an operator is no operator', async () => {
  const roles = ['operator'];
  const act = { sub: 'assistant', name: 'Assistant' };
  for (const [claims, isOperator] of [
    [{ roles }, true],
    [{ roles, act }, false],
  ] as const)
    assert.equal(
      (await verify(`Bearer ${await issuer.tokenFor({ sub: v7(), ...claims, roles: [...claims.roles] })}`))
        .isOperator,
      isOperator,
    );
});

test('a token whose act claim names no agent is refused: the person would seem to have done what the agent did', async () => {
  const long = 'x'.repeat(201);
  for (const act of [
    null,
    'assistant',
    [],
    {},
    { sub: 'assistant' },
    { name: 'Assistant' },
    { sub: '', name: 'Assistant' },
    { sub: 'assistant', name: ' ' },
    { sub: 'assistant', name: 'nul \u0000' },
    { sub: 7, name: 'Assistant' },
    { sub: long, name: 'Assistant' },
    { sub: 'assistant', name: long.slice(0, 101) },
  ]) {
    const authorization = `Bearer ${await issuer.tokenFor({ sub: v7(), act })}`;
    assert.deepEqual(await refusal(authorization), [401, 'unauthorized'], JSON.stringify(act));
    await assert.rejects(verify(authorization), /act of the token/);
  }
});

test('a token of an issuer with another name says that a new token is needed', async () => {
  const token = await issuer.tokenFor({ sub: v7(), issuer: 'urn:rondo:earlier-name' });
  await assert.rejects(verify(`Bearer ${token}`), {
    code: 'unauthorized',
    message: 'The token names another issuer. Get a new token.',
  });
});

test('the clock of the issuer may differ by 30 s', async () => {
  const sub = v7();
  for (const claims of [
    { sub, nbf: seconds(25) },
    { sub, iat: seconds(25) },
    { sub, expires: seconds(-25) },
  ])
    assert.equal((await verify(`Bearer ${await issuer.tokenFor(claims)}`)).personId, sub);
  assert.deepEqual(await refusal(`Bearer ${await issuer.tokenFor({ sub, expires: seconds(-35) })}`), [
    401,
    'unauthorized',
  ]);
});

test('a token may say that it is a JWT or an access token', async () => {
  for (const typ of ['JWT', 'jwt', 'at+jwt', 'application/at+jwt'])
    assert.equal((await verify(`Bearer ${await issuer.tokenFor({ sub: v7(), typ })}`)).source, 'api');
});

test('a token that is valid for longer than the limit, or does not say since when it is, is refused', async () => {
  const sub = v7();
  const by = createTokenVerifier({ ...issuer, maxLifetimeS: 900, now: Date.now });
  const tokenFor = async (claims: object) => `Bearer ${await issuer.tokenFor({ sub, ...claims })}`;
  for (const [iat, expires] of [
    [0, 900],
    [-600, 300],
  ] as const)
    assert.equal((await by(await tokenFor({ iat: seconds(iat), expires: seconds(expires) }))).personId, sub);
  for (const claims of [
    { iat: seconds(0), expires: seconds(901) },
    { iat: seconds(-900), expires: seconds(10) },
    { iat: seconds(20), expires: seconds(1_000) },
    { expires: seconds(10) },
  ])
    assert.deepEqual(await refusal(await tokenFor(claims), by), [401, 'unauthorized']);
  const long = await tokenFor({ expires: '7d' });
  assert.equal((await verify(long)).personId, sub, 'without a limit');
  await assert.rejects(by(long), /at most 900 s/);
});

test('a remembered token is rejected after it expires', async () => {
  let now = Date.now();
  const by = verifierAt(() => now);
  const authorization = `Bearer ${await issuer.tokenFor({ sub: v7(), expires: Math.floor(now / 1000) + 10 })}`;
  await by(authorization);
  now += 39_000;
  await by(authorization);
  now += 2_000;
  assert.deepEqual(await refusal(authorization, by), [401, 'unauthorized']);
});

test('a token is remembered for a minute, and not at all after the clock was set back', async () => {
  let now = Date.now();
  let isRevoked = false;
  const by = createTokenVerifier({
    ...issuer,
    keys: (header, token) => {
      if (isRevoked) throw new errors.JWKSNoMatchingKey();
      return issuer.keys(header, token);
    },
    now: () => now,
  });
  const token = await issuer.tokenFor({ sub: v7() });
  await by(`Bearer ${token}`);
  isRevoked = true;
  now += 59_000;
  await by(`Bearer ${token}`);
  await by(`bearer ${token}`);
  now += 1_000;
  assert.deepEqual(await refusal(`Bearer ${token}`, by), [401, 'unauthorized']);
  isRevoked = false;
  await by(`Bearer ${token}`);
  isRevoked = true;
  now -= 10_000;
  assert.deepEqual(await refusal(`Bearer ${token}`, by), [401, 'unauthorized']);
});

test('after the clock was set back, a new key is fetched without waiting', async (t) => {
  const rotated = await createTestIssuer('rotated');
  let jwks = issuer.jwks;
  const url = await issuer.serve(t, () => jwks);
  const by = createTokenVerifier({ ...issuer, keys: remoteKeys(url), now: Date.now });
  await by(`Bearer ${await issuer.tokenFor({ sub: v7() })}`);
  jwks = rotated.jwks;
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() - 20_000 });
  const token = await rotated.tokenFor({ sub: v7() });
  assert.equal((await by(`Bearer ${token}`)).source, 'api');
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
