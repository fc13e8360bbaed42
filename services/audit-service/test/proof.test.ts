import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openPool } from '@rondo/postgres/open-pool';
import { verifyExport } from '../src/domain/verify-export.ts';
import { events, linesOf, startAudit } from './support/audit.ts';
import { openOwner } from './support/owner.ts';

const { person, send, verify, exported, database_url: url } = await startAudit({ after });
const pool = openPool(url, 'audit test', 2);
after(() => pool.end());
const { tamper, rewrite } = openOwner(pool);

test('the database refuses to change, delete or truncate records', async () => {
  const ada = await person();
  await send(...events(ada, 1));
  await exported(ada);
  for (const statement of [
    `UPDATE audit_service.audit_records SET event = '{}'`,
    'DELETE FROM audit_service.audit_records',
    'TRUNCATE audit_service.audit_records',
    'UPDATE audit_service.checkpoints SET position = 0',
    'TRUNCATE audit_service.checkpoints',
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
  ...[
    `workspace_id = gen_random_uuid()`,
    `id = gen_random_uuid()`,
    `event_type = 'task-deleted'`,
    `task_id = gen_random_uuid()`,
    'task_number = 9',
    'version = 9',
    `actor_id = gen_random_uuid()`,
    `actor_source = 'chat'`,
    `occurred_at = occurred_at + interval '1 day'`,
    `recorded_at = recorded_at + interval '1 millisecond'`,
    `recorded_at = 'infinity'`,
    'seq = -1',
    'hash_version = 1',
    'hash_version = 7',
    `event = 'null'`,
  ].map(
    (change) =>
      [
        `a changed column: ${change}`,
        `UPDATE audit_service.audit_records SET ${change} WHERE position = 2`,
        // A record that is given to someone else is missing in its chain.
        change.startsWith('workspace_id') ? 3 : 2,
      ] as const,
  ),
  ['a removed record', 'DELETE FROM audit_service.audit_records WHERE position = 3', 4],
  ['a removed beginning', 'DELETE FROM audit_service.audit_records WHERE position = 1', 2],
  ['a removed end', 'DELETE FROM audit_service.audit_records WHERE position = 5', 5],
  ['everything removed', 'DELETE FROM audit_service.audit_records WHERE position > 0', 5],
] as const) {
  test(`finds ${what}, online and offline`, async () => {
    const ada = await person();
    await send(...events(ada, 5));
    const before = await exported(ada);
    assert.equal((await verifyExport(linesOf(before))).isIntact, true);
    await tamper(`${statement} AND workspace_id = '${ada.id}'`);
    const found = await verify(ada);
    assert.deepEqual([found.intact, found.first_broken?.position], [false, position]);
    const now = await exported(ada);
    // An export has only the columns that the hash covers: the others are shown from the event.
    const proof = await verifyExport(linesOf(now));
    assert.equal(proof.isIntact, now === before, proof.message);
  });
}

test('an export that was cut short, or has lines added, is broken', async () => {
  const ada = await person();
  await send(...events(ada, 3));
  const whole = (await exported(ada)).trimEnd().split('\n');
  const messageOf = async (lines: string[]) => (await verifyExport(linesOf(lines.join('\n')))).message;
  const [first = '', second = '', third = '', head = '', checkpoint = ''] = whole;
  assert.match(await messageOf(whole), /^intact: 3 records, nothing missing up to seq 3/);
  assert.match(await messageOf([first, second, third]), /^broken: the last line/);
  assert.match(await messageOf([first, third, head, checkpoint]), /^broken: record 3/);
  assert.match(await messageOf([first, second, third, head, first]), /^broken: lines follow the head/);
  assert.match(await messageOf([...whole, first]), /^broken: lines follow the checkpoint/);
  assert.match(
    await messageOf([first, second, third, checkpoint, head]),
    /^broken: the checkpoint is before/,
  );
});

test('a field that nothing proves is an error; an export without a checkpoint says that its end is not proven', async () => {
  const ada = await person();
  await send(...events(ada, 2));
  const whole = (await exported(ada)).trimEnd().split('\n');
  const [first = ''] = whole;
  const messageOf = async (lines: string[]) => (await verifyExport(linesOf(lines.join('\n')))).message;
  const added = (line: string) => line.replace('{', '{"title":"forged",');
  assert.match(await messageOf([added(first), ...whole.slice(1)]), /^broken: record 1 has the field "title"/);
  for (const at of [2, 3]) {
    const [outside, inside] = [
      added(whole[at] ?? ''),
      (whole[at] ?? '').replace(':{', ':{"title":"forged",'),
    ];
    for (const line of [outside, inside])
      assert.match(await messageOf(whole.with(at, line)), /^broken: (head|checkpoint) has the field "title"/);
  }
  const { hash } = JSON.parse(first) as { hash: string };
  const head = JSON.stringify({ head: { workspace_id: ada.id, position: 1, hash } });
  assert.match(
    await messageOf([first, head]),
    /not signed: nothing proves that no record follows the last one/,
  );
  assert.doesNotMatch(await messageOf(whole), /nothing proves/);
});

test('records from before version 2 of the hash are verified with version 1, online and offline', async () => {
  const ada = await person();
  await send(...events(ada, 3));
  await rewrite(ada.id, { version: 1 });
  const [fourth] = events(ada, 4).slice(3);
  assert.ok(fourth);
  await send(fourth);
  const { intact, records, first_broken: broken } = await verify(ada);
  assert.deepEqual([intact, records, broken], [true, 4, null]);
  const lines = (await exported(ada)).split('\n');
  assert.equal((await verifyExport(linesOf(lines.join('\n')))).isIntact, true);
  // An export of an earlier release has neither versions nor times.
  const old = lines.slice(0, 3).map((line) => {
    const {
      hash_version: _version,
      recorded_at: _time,
      ...same
    } = JSON.parse(line) as Record<string, unknown>;
    return JSON.stringify(same);
  });
  const { position, hash } = JSON.parse(old[2] ?? '') as { position: number; hash: string };
  const head = JSON.stringify({ head: { workspace_id: ada.id, position, hash } });
  assert.match((await verifyExport(linesOf([...old, head].join('\n')))).message, /^intact: 3 records/);
  await tamper(
    `UPDATE audit_service.audit_records SET task_id = gen_random_uuid() WHERE position = 2 AND workspace_id = '${ada.id}'`,
  );
  assert.equal((await verify(ada)).first_broken?.position, 2);
});
