import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { sql } from 'kysely';
import { isDatabaseAway, isInvalidValue, openDatabase } from '../../src/database/database.ts';
import { AppError } from '../../src/errors.ts';
import { toAppError } from '../../src/http/problem-details.ts';
import { createLog } from '../../src/observability/log.ts';
import { createTestDatabase } from '../support/database.ts';

/** Runs a statement that PostgreSQL refuses. */
async function refusal(
  t: { after(hook: () => unknown): void },
  statement: string,
  value: string,
): Promise<unknown> {
  const { url } = await createTestDatabase(t);
  const database = openDatabase<object>(url, 'test', 1);
  t.after(() => database.destroy());
  const [before = '', after = ''] = statement.split('?');
  return sql`${sql.raw(before)}${value}${sql.raw(after)}`.execute(database).then(
    () => assert.fail('PostgreSQL accepted it'),
    (error: unknown) => error,
  );
}

function logged(error: unknown): string {
  let text = '';
  const destination = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  createLog('test', 'info', destination).error({ err: error }, 'failed');
  return text;
}

test('the log has the SQLSTATE and the place of a refused value, but not the value', async (t) => {
  const error = await refusal(t, 'SELECT ?::timestamptz', 'private words');
  for (const text of [logged(error), logged(new AppError('internal', 'It failed.', { cause: error }))]) {
    assert.doesNotMatch(text, /private words/);
    assert.match(text, /22007/);
    assert.match(text, /error-serializer\.test\.ts/);
  }
});

test('the log has the message of an error about the server, and of an error of ours', () => {
  const full = Object.assign(new Error('could not extend file'), { code: '53100', severity: 'ERROR' });
  assert.match(logged(full), /could not extend file/);
  assert.match(logged(new Error('outer', { cause: new Error('inner') })), /outer.*inner/);
});

test('a value that PostgreSQL refuses is 422 without the value', async (t) => {
  for (const [statement, value] of [
    ['SELECT ?::timestamptz', '2026-13-45'],
    ['SELECT ?::text', 'a\u0000b'],
    ['SELECT ?::bigint', '99999999999999999999'],
    ['SELECT ?::uuid', 'x'],
  ] as const) {
    const error = await refusal(t, statement, value);
    assert.ok(isInvalidValue(error), value);
    const { status, code, message } = toAppError(error);
    assert.deepEqual([status, code, message.includes(value)], [422, 'invalid-value', false]);
  }
});

test('a statement timeout and a lock timeout are no fault of the request: 503', async (t) => {
  const { url } = await createTestDatabase(t);
  const database = openDatabase<object>(url, 'test', 1);
  t.after(() => database.destroy());
  const lockTimeout = Object.assign(new Error('canceling statement'), { code: '55P03', severity: 'ERROR' });
  const statementTimeout = Object.assign(new Error('canceling statement'), {
    code: '57014',
    severity: 'ERROR',
  });
  for (const error of [lockTimeout, statementTimeout]) {
    assert.ok(isDatabaseAway(error));
    assert.deepEqual([toAppError(error).status, toAppError(error).code], [503, 'unavailable']);
  }
  await sql`SET statement_timeout = 20`.execute(database);
  await assert.rejects(sql`SELECT pg_sleep(5)`.execute(database), (error) => isDatabaseAway(error));
});
