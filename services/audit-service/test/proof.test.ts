import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openPool } from '@rondo/postgres/open-pool';
import { verifyExport } from '../src/domain/verify-export.ts';
import { events, startAudit } from './support/audit.ts';

const { person, send, verify, database_url: url } = await startAudit({ after });
const pool = openPool(url, 'audit test', 2);
after(() => pool.end());

/** Changes records as an owner of the database could. */
async function tamper(statement: string): Promise<void> {
  await pool.query('ALTER TABLE audit_service.audit_records DISABLE TRIGGER USER');
  await pool.query(statement);
  await pool.query('ALTER TABLE audit_service.audit_records ENABLE TRIGGER USER');
}

test('the database refuses to change, delete or truncate records', async () => {
  const ada = await person();
  await send(...events(ada, 1));
  for (const statement of [
    `UPDATE audit_service.audit_records SET event = '{}'`,
    'DELETE FROM audit_service.audit_records',
    'TRUNCATE audit_service.audit_records',
  ]) {
    await assert.rejects(pool.query(statement), /append-only/, statement);
  }
});

for (const [what, statement, position] of [
  [
    'a changed event',
    `UPDATE audit_service.audit_records SET event = replace(event, 'title 3', 'title 4') WHERE position = 3`,
    3,
  ],
  ['a changed seq', 'UPDATE audit_service.audit_records SET seq = 77 WHERE position = 4', 4],
  ['a changed hash', `UPDATE audit_service.audit_records SET hash = sha256('x') WHERE position = 2`, 2],
  ['a removed record', 'DELETE FROM audit_service.audit_records WHERE position = 3', 4],
  ['a removed beginning', 'DELETE FROM audit_service.audit_records WHERE position = 1', 2],
  ['a removed end', 'DELETE FROM audit_service.audit_records WHERE position = 5', 5],
  ['everything removed', 'DELETE FROM audit_service.audit_records WHERE position > 0', 5],
] as const) {
  test(`finds ${what}, online and offline`, async () => {
    const ada = await person();
    await send(...events(ada, 5));
    const exported = async () => (await ada.call<string>('GET', '/api/v1/audit/export')).body;
    const lines = async function* (text: string) {
      yield* text.split('\n');
    };
    assert.equal((await verifyExport(lines(await exported()))).isIntact, true);
    await tamper(`${statement} AND workspace_id = '${ada.id}'`);
    const found = await verify(ada);
    assert.deepEqual([found.intact, found.first_broken?.position], [false, position]);
    const proof = await verifyExport(lines(await exported()));
    assert.equal(proof.isIntact, false, proof.message);
  });
}

test('an export that was cut short, or has lines added, is broken', async () => {
  const ada = await person();
  await send(...events(ada, 3));
  const whole = (await ada.call<string>('GET', '/api/v1/audit/export')).body.trimEnd().split('\n');
  const messageOf = async (lines: string[]) =>
    (
      await verifyExport(
        (async function* () {
          yield* lines;
        })(),
      )
    ).message;
  assert.match(await messageOf(whole), /^intact: 3 records, nothing missing up to seq 3/);
  assert.match(await messageOf(whole.slice(0, -1)), /^broken: the last line/);
  assert.match(await messageOf([...whole.slice(0, 1), ...whole.slice(2)]), /^broken: record 3/);
  assert.match(await messageOf([...whole, whole[0] ?? '']), /^broken: lines follow/);
});
