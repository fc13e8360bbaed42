import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sql } from 'kysely';
import { openDatabase } from '../../src/database/database.ts';
import { createLog, type Log } from '../../src/observability/log.ts';
import { createTestDatabase } from '../support/database.ts';

const { url } = await createTestDatabase({ after });
const database = openDatabase<object>(url, 'log test', 1);
after(() => database.destroy());

/** The bytes of a line besides its long texts. */
const spareBytes = 1_000;

/** Writes with a log and returns its lines. */
function linesOf(write: (log: Log) => void): { text: string; fields: Record<string, unknown> }[] {
  const lines: string[] = [];
  write(createLog('test', 'info', { write: (line) => void lines.push(line) }));
  return lines.map((text) => ({ text, fields: JSON.parse(text) as Record<string, unknown> }));
}

test('each text of a line is cut at 2 KiB, and says how much is missing', () => {
  const long = 'x'.repeat(1_000_000);
  const [line] = linesOf((log) => log.info({ reason: long, short: 'kept' }, long));
  assert.ok(line);
  assert.ok(line.text.length < 2 * 2_048 + spareBytes, `${line.text.length} bytes`);
  assert.equal(line.fields['short'], 'kept');
  assert.match(String(line.fields['message']), /^x{2048}… \(997952 bytes more\)$/);
});

test('a text is cut between two characters', () => {
  const [line] = linesOf((log) => log.info({ reason: `a${'😀'.repeat(1_000)}` }, 'm'));
  assert.match(String(line?.fields['reason']), /^a(😀)+… \(\d+ bytes more\)$/u);
});

const inputs: [what: string, run: (text: string) => Promise<unknown>][] = [
  ['a date', (text) => sql`SELECT ${text}::timestamptz`.execute(database)],
  ['a number', (text) => sql`SELECT ${text}::integer`.execute(database)],
  ['JSON', (text) => sql`SELECT ${text}::json`.execute(database)],
  ['a cursor in a function', (text) => sql`SELECT decode(${text}, 'base64')`.execute(database)],
];
for (const [what, run] of inputs)
  test(`an error of PostgreSQL about ${what} is logged without what the person wrote`, async () => {
    const secret = 'my-diary "of 2026"\n at all';
    const error = await run(secret.repeat(1_000)).then(
      () => assert.fail('the value was accepted'),
      (reason: unknown) => reason,
    );
    const wrapped = new Error('it failed', { cause: error });
    const lines = linesOf((log) => {
      log.error({ err: error }, 'request failed');
      log.error({ err: wrapped }, 'request failed');
      log.error(error as Error);
      log.error({ err: error });
    });
    for (const { text } of lines) {
      assert.doesNotMatch(text, /diary/);
      assert.ok(text.length < 2 * 2_048 + 2_048 + spareBytes, `${text.length} bytes`);
    }
    const err = lines[0]?.fields['err'] as { code: string; stack: string; message: string };
    assert.match(err.code, /^22/);
    assert.match(err.stack, /^ +at /);
    assert.ok(err.message.length > 0);
  });

test('a violated constraint is named, without the row', async () => {
  await sql`CREATE TABLE diaries (title text CONSTRAINT one_of_each UNIQUE)`.execute(database);
  const insert = () => sql`INSERT INTO diaries VALUES (${'my diary'})`.execute(database);
  await insert();
  const error = await insert().then(
    () => assert.fail('the row was accepted'),
    (reason: unknown) => reason,
  );
  const [line] = linesOf((log) => log.error({ err: error }, 'request failed'));
  assert.match(line?.text ?? '', /one_of_each/);
  assert.doesNotMatch(line?.text ?? '', /my diary/);
});
