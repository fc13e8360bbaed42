import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readPublicKeys } from '../src/public-keys.ts';
import { jwks } from './support/gateway.ts';

test('only a set of public keys is accepted', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'rondo-keys-'));
  t.after(() => rm(directory, { recursive: true }));
  const file = join(directory, 'jwks.json');
  await writeFile(file, JSON.stringify(jwks));
  assert.deepEqual(await readPublicKeys(file), jwks);
  for (const wrong of [
    '',
    '{}',
    '{"keys":[]}',
    JSON.stringify({ keys: [{ ...jwks.keys[0], d: 'secret' }] }),
  ]) {
    await writeFile(file, wrong);
    await assert.rejects(readPublicKeys(file), /must have the public keys of the issuer/, wrong);
  }
  await assert.rejects(readPublicKeys(join(directory, 'none')), /must have the public keys of the issuer/);
});
