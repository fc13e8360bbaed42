import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { v7 } from 'uuid';
import type { DeadLetterPage } from '@rondo/shared/contracts/dead-letter';
import { openPool } from '@rondo/postgres/open-pool';
import { eventually } from '@rondo/shared/test/eventually';
import { event, events, inEnvelope, startAudit } from './support/audit.ts';

const { deliver, person, send, verify, database_url: url } = await startAudit({ after });
const pool = openPool(url, 'audit test', 2);
after(() => pool.end());

test('keeps one chained record per event, however often it is delivered', async () => {
  const ada = await person();
  const all = events(ada, 5);
  const [first, second] = all;
  assert.ok(first && second);
  assert.deepEqual(
    await send(first, first, second),
    ['SUCCESS', 'SUCCESS', 'SUCCESS'],
    'twice in one delivery',
  );
  const again = await Promise.all([send(...all), send(...all.toReversed()), send(...all)]);
  assert.deepEqual(new Set(again.flat()), new Set(['SUCCESS']), 'a duplicate is done, not failed');
  const found = await verify(ada);
  assert.deepEqual(
    { ...found, head_hash: '' },
    {
      intact: true,
      records: 5,
      verified_from: 0,
      head_hash: '',
      complete_to: 5,
      published_to: 5,
      missing: [],
      first_broken: null,
    },
  );
});

test('accepts events in any order, and reports what is missing', async () => {
  const ada = await person();
  const all = events(ada, 5);
  await send(...all.filter(({ seq }) => seq === 5 || seq === 2));
  assert.deepEqual(
    [(await verify(ada)).complete_to, (await verify(ada)).missing],
    [
      0,
      [
        { from: 1, to: 1 },
        { from: 3, to: 4 },
      ],
    ],
  );
  await send(...all);
  assert.deepEqual([(await verify(ada)).complete_to, (await verify(ada)).missing], [5, []]);
});

test('drops invalid events with the reason, and keeps the others', async () => {
  const ada = await person();
  const operator = await person(['operator']);
  const good = event(ada.id, 1);
  const strange = { ...event(ada.id, 2), schema_version: '9.0' };
  const statuses = await deliver('task-events', [
    inEnvelope(strange),
    inEnvelope(good),
    inEnvelope({ ...event(ada.id, 3), payload: { title: 'half' } }),
    inEnvelope(null, v7()),
    'not even JSON',
    '"JSON, and no object"',
    '["nor this"]',
    inEnvelope('text \u0000', v7()),
  ]);
  assert.deepEqual(statuses, ['DROP', 'SUCCESS', ...Array.from({ length: 6 }, () => 'DROP')]);
  assert.equal((await verify(ada)).records, 1);
  const { dead_letters: letters } = (
    await operator.call<DeadLetterPage>('GET', '/api/v1/dead-letters/audit-service?limit=100')
  ).body;
  const reasonOf = (id: string) => letters.find(({ event_id }) => event_id === id)?.reason;
  assert.match(reasonOf(strange.event_id) ?? '', /^unknown-schema-version: .*9\.0/);
  assert.equal(letters.length, 7);
  assert.equal(
    (await ada.call('GET', '/api/v1/dead-letters/audit-service')).status,
    403,
    'dead letters are for operators',
  );
  assert.equal((await ada.call('POST', `/api/v1/dead-letters/audit-service/${v7()}/redrive`)).status, 403);
});

test('drops an event after it failed five times by itself, never the others, and records it after a redrive', async () => {
  const ada = await person();
  const operator = await person(['operator']);
  const [good, poison] = [event(ada.id, 1), event(ada.id, 2)];
  // Something in the database refuses just this event.
  await pool.query(
    `ALTER TABLE audit_service.audit_records ADD CONSTRAINT poison CHECK (id <> '${poison.event_id}')`,
  );
  const [, first] = await send(good, poison);
  const attempts = [first];
  while (attempts.at(-1) === 'RETRY') attempts.push((await send(poison))[0]);
  assert.deepEqual(attempts, ['RETRY', 'RETRY', 'RETRY', 'RETRY', 'DROP']);
  assert.equal((await verify(ada)).records, 1, 'the neighbour was recorded');
  const { dead_letters: letters } = (
    await operator.call<DeadLetterPage>('GET', '/api/v1/dead-letters/audit-service')
  ).body;
  const letter = letters.find(({ event_id }) => event_id === poison.event_id);
  assert.ok(letter);
  assert.match(letter.reason, /handler-failed.*poison/);
  assert.match(letter.stack ?? '', /\n\s+at /);
  assert.equal(
    (await operator.call('POST', `/api/v1/dead-letters/audit-service/${letter.id}/redrive`)).status,
    409,
  );
  await pool.query('ALTER TABLE audit_service.audit_records DROP CONSTRAINT poison');
  assert.equal(
    (await operator.call('POST', `/api/v1/dead-letters/audit-service/${letter.id}/redrive`)).status,
    204,
  );
  assert.equal((await verify(ada)).complete_to, 2);
});

test('answers RETRY while the database is down, and does nothing by halves', async () => {
  const ada = await person();
  const all = events(ada, 50);
  await pool.query('BEGIN; LOCK TABLE audit_service.audit_records IN ACCESS EXCLUSIVE MODE');
  const delivery = send(...all);
  await eventually(async () => {
    const { rows } = await pool.query<{ n: number }>(
      `SELECT count(pg_terminate_backend(pid)) AS n FROM pg_stat_activity
       WHERE application_name = 'audit-service' AND datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return (rows[0]?.n ?? 0) > 0;
  });
  assert.deepEqual(new Set(await delivery), new Set(['RETRY']));
  await pool.query('COMMIT');
  assert.equal((await verify(ada)).records, 0);
  assert.deepEqual(new Set(await send(...all)), new Set(['SUCCESS']));
  assert.equal((await verify(ada)).complete_to, 50);
});

test('any deliveries with duplicates, in any order, give one record per event and an intact chain', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 6 }), {
        minLength: 1,
        maxLength: 6,
      }),
      async (deliveries) => {
        const who = await person();
        const all = events(who, 8);
        for (const seqs of deliveries) {
          await send(...seqs.flatMap((seq) => all[seq - 1] ?? []));
        }
        const seen = new Set(deliveries.flat());
        const found = await verify(who);
        let complete = 0;
        while (seen.has(complete + 1)) complete += 1;
        assert.deepEqual([found.intact, found.records, found.complete_to], [true, seen.size, complete]);
      },
    ),
    { numRuns: 25 },
  );
});
