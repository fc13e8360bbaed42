import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkVersion } from '../src/given-database.ts';
import { StartError } from '../src/start-error.ts';

test('a PostgreSQL older than 16 is refused with its version', () => {
  assert.throws(
    () => checkVersion('15.18 (Debian 15.18-0+deb12u1)'),
    (error) =>
      error instanceof StartError &&
      error.message.startsWith('DATABASE_URL is PostgreSQL 15.18, but Rondo needs 16 or newer: '),
  );
  for (const version of ['16.0', '18.4', '19beta1']) checkVersion(version);
});
