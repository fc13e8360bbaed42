import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { AppError } from '@rondo/shared/errors';
import { createTokenVerifier } from '@rondo/shared/http/token-verifier';
import { createLocalJWKSet } from 'jose';
import { openIssuer, openIssuerIn, personId } from '../src/issuer.ts';

async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rondo-issuer-'));
  t.after(() => rm(directory, { recursive: true }));
  return directory;
}

const refusedAs = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof AppError && error.code === code && message.test(error.message);

test('the key is created once, only its owner can read it, and its private part is not among the public keys', async (t) => {
  const directory = await temporaryDirectory(t);
  const first = await openIssuer(directory);
  const file = join(directory, 'identity', 'signing-key.json');
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.deepEqual((await openIssuerIn(join(directory, 'identity'))).jwks, first.jwks);
  const { d } = JSON.parse(await readFile(file, 'utf8')) as { d: string };
  assert.equal(JSON.stringify(first.jwks).includes(d), false);
});

test('services accept its tokens, and the same name is the same person', async (t) => {
  const issuer = await openIssuerIn(await temporaryDirectory(t));
  const verify = createTokenVerifier({
    issuer: issuer.issuer,
    audience: issuer.audience,
    keys: createLocalJWKSet(issuer.jwks),
    now: () => Date.now(),
  });
  const { personId: person } = await verify(`Bearer ${await issuer.tokenFor('anna')}`);
  assert.equal(person, personId('anna'));
});

test('a token for an agent names it beside the person, and is not for an operator', async (t) => {
  const issuer = await openIssuerIn(await temporaryDirectory(t));
  const verify = createTokenVerifier({ ...issuer, keys: createLocalJWKSet(issuer.jwks), now: Date.now });
  const {
    personId: person,
    agent,
    isOperator,
  } = await verify(`Bearer ${await issuer.tokenFor('me', 'Helper')}`);
  assert.deepEqual(
    [person, agent, isOperator],
    [personId('me'), { client_id: 'Helper', name: 'Helper' }, false],
  );
  assert.equal((await verify(`Bearer ${await issuer.tokenFor('me')}`)).isOperator, true);
});

test('an unreadable key is refused, and not changed', async (t) => {
  const directory = await temporaryDirectory(t);
  const file = join(directory, 'signing-key.json');
  await writeFile(file, '{"kty":');
  await assert.rejects(
    openIssuerIn(directory),
    refusedAs('secret-unreadable', /signing-key\.json can't be read: repair it, or remove it/),
  );
  assert.equal(await readFile(file, 'utf8'), '{"kty":');
});

test("the error for a directory that can't be written says what to do", async () => {
  // Even root can't create a directory in /sys. In /proc, Node's recursive mkdir never returns.
  await assert.rejects(
    openIssuer('/sys'),
    refusedAs(
      'secret-unwritable',
      /^\/sys\/identity\/signing-key\.json is missing and can't be created: restore it from a backup/,
    ),
  );
});
