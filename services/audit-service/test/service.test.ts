import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { v7 } from 'uuid';
import type { AuditPage, AuditRecord, AuditVerification } from '@rondo/shared/contracts/audit-record';
import type { DeadLetterPage } from '@rondo/shared/contracts/dead-letter';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import { openPool } from '@rondo/shared/runtime/database';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { proveExport } from '../src/prove-export.ts';
import { auditService } from '../src/service.ts';

const { person, deliver, database_url: url } = await startTestService({ after }, auditService);
const pool = openPool(url, 'audit test', 2);
after(() => pool.end());

const taskId = v7();

/** An event as Todo publishes it. */
function event(workspaceId: string, seq: number, more: Partial<TaskEvent> = {}): TaskEvent {
  const at = '2026-03-01T10:00:00.000Z';
  return {
    event_id: v7(),
    event_type: 'task-updated',
    schema_version: '1.0',
    timestamp: at,
    workspace_id: workspaceId,
    seq,
    task_id: taskId,
    version: seq,
    actor: { user_id: workspaceId, source: 'api' },
    payload: {
      id: taskId,
      workspace_id: workspaceId,
      version: seq,
      title: `title ${seq} – ünïcödé 漢字 "quoted"`,
      description: null,
      status: 'pending',
      priority: 4,
      labels: [],
      list: null,
      parent_id: null,
      start: null,
      due_date: null,
      time_zone: null,
      reminders: [],
      reminder_time: null,
      is_recurring: false,
      recurrence_rule: null,
      recurrence_schedule: null,
      recurrence_basis: 'due',
      series_id: null,
      created_at: at,
      updated_at: at,
      completed_at: null,
      deleted_at: null,
    },
    changed: ['title'],
    ...more,
  };
}

const inEnvelope = (data: unknown, id = (data as { event_id?: string } | null)?.event_id) => ({
  specversion: '1.0',
  id,
  topic: 'task-events',
  data,
});
const send = (...events: TaskEvent[]) =>
  deliver(
    'task-events',
    events.map((data) => inEnvelope(data)),
  );
const verify = async (who: TestPerson) =>
  (await who.call<AuditVerification>('GET', '/api/v1/audit/verify')).body;
const events = (who: TestPerson, count: number) =>
  Array.from({ length: count }, (_, n) => event(who.id, n + 1));

describe('recording', () => {
  test('keeps one record an event, chained, however often it is delivered', async () => {
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
      { intact: true, records: 5, head_hash: '', complete_to: 5, missing: [], first_broken: null },
    );
  });

  test('takes events in whatever order they come, and says what is missing until it has come', async () => {
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

  test('drops what it can not read, with the reason, and keeps its neighbours', async () => {
    const ada = await person();
    const operator = await person(['operator']);
    const good = event(ada.id, 1);
    const strange = { ...event(ada.id, 2), schema_version: '9.0' };
    const statuses = await deliver('task-events', [
      inEnvelope(strange),
      inEnvelope(good),
      inEnvelope({ ...event(ada.id, 3), payload: { title: 'half' } }),
      inEnvelope(null, v7()),
      'not even an object',
      inEnvelope('text \u0000', v7()),
    ]);
    assert.deepEqual(statuses, ['DROP', 'SUCCESS', 'DROP', 'DROP', 'DROP', 'DROP']);
    assert.equal((await verify(ada)).records, 1);
    const { dead_letters: letters } = (
      await operator.call<DeadLetterPage>('GET', '/api/v1/dead-letters?limit=100')
    ).body;
    const reasonOf = (id: string) => letters.find(({ event_id }) => event_id === id)?.reason;
    assert.match(reasonOf(strange.event_id) ?? '', /^unknown-schema-version: .*9\.0/);
    assert.equal(letters.length, 5);
    assert.equal(
      (await ada.call('GET', '/api/v1/dead-letters')).status,
      403,
      'dead letters are for operators',
    );
    assert.equal((await ada.call('POST', `/api/v1/dead-letters/${v7()}/redrive`)).status, 403);
  });

  test('gives an event up after it failed alone five times, never its neighbours, and records it once it can', async () => {
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
    const { dead_letters: letters } = (await operator.call<DeadLetterPage>('GET', '/api/v1/dead-letters'))
      .body;
    const letter = letters.find(({ event_id }) => event_id === poison.event_id);
    assert.ok(letter);
    assert.match(letter.reason, /handler-failed.*poison/);
    assert.match(letter.stack ?? '', /\n\s+at /);
    assert.equal((await operator.call('POST', `/api/v1/dead-letters/${letter.id}/redrive`)).status, 409);
    await pool.query('ALTER TABLE audit_service.audit_records DROP CONSTRAINT poison');
    assert.equal((await operator.call('POST', `/api/v1/dead-letters/${letter.id}/redrive`)).status, 204);
    assert.equal((await verify(ada)).complete_to, 2);
  });

  test('answers RETRY while the database is away, and nothing is half done', async () => {
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

  test('any deliveries with duplicates, in any order, give one record an event and a chain that verifies', async () => {
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
});

describe('the proof', () => {
  /** Changes what nobody may change, as somebody could who owns the database. */
  async function tamper(statement: string): Promise<void> {
    await pool.query('ALTER TABLE audit_service.audit_records DISABLE TRIGGER USER');
    await pool.query(statement);
    await pool.query('ALTER TABLE audit_service.audit_records ENABLE TRIGGER USER');
  }

  test('the database refuses to change, delete or empty records', async () => {
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
    test(`names the place of ${what}, online and offline`, async () => {
      const ada = await person();
      await send(...events(ada, 5));
      const exported = async () => (await ada.call<string>('GET', '/api/v1/audit/export')).body;
      const lines = async function* (text: string) {
        yield* text.split('\n');
      };
      assert.equal((await proveExport(lines(await exported()))).is_proven, true);
      await tamper(`${statement} AND workspace_id = '${ada.id}'`);
      const found = await verify(ada);
      assert.deepEqual([found.intact, found.first_broken?.position], [false, position]);
      const proof = await proveExport(lines(await exported()));
      assert.equal(proof.is_proven, false, proof.message);
    });
  }

  test('an export that was cut short, or has lines added, proves nothing', async () => {
    const ada = await person();
    await send(...events(ada, 3));
    const whole = (await ada.call<string>('GET', '/api/v1/audit/export')).body.trimEnd().split('\n');
    const messageOf = async (lines: string[]) =>
      (
        await proveExport(
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
});

describe('queries', () => {
  test('filter, page and find one, for the own workspace alone', async () => {
    const [ada, eve] = [await person(), await person()];
    const all = events(ada, 6).map((one, index) =>
      index === 2
        ? { ...one, event_type: 'task-completed' as const, timestamp: '2026-04-01T00:00:00.000Z' }
        : one,
    );
    await send(...all);
    const page = async (query: string) => (await ada.call<AuditPage>('GET', `/api/v1/audit?${query}`)).body;
    const first = await page('limit=4');
    assert.deepEqual([first.records.map(({ position }) => position), first.total], [[6, 5, 4, 3], 6]);
    assert.deepEqual(
      (await page(`limit=4&cursor=${first.next_cursor}`)).records.map(({ position }) => position),
      [2, 1],
    );
    assert.deepEqual(
      (await page('limit=2&offset=2')).records.map(({ position }) => position),
      [4, 3],
    );
    assert.equal((await page('event_type=task-completed')).total, 1);
    assert.equal((await page('from=2026-03-15T00:00:00Z')).total, 1);
    assert.equal((await page('to=2026-03-15T00:00:00Z')).total, 5);
    assert.equal((await page(`actor=${eve.id}`)).total, 0);
    assert.equal((await page(`task_id=${taskId}&source=api`)).total, 6);
    const [last] = first.records;
    assert.deepEqual((await ada.call<AuditRecord>('GET', `/api/v1/audit/${last?.id}`)).body, last);
    assert.equal((await eve.call('GET', `/api/v1/audit/${last?.id}`)).status, 404);
    assert.equal((await eve.call<AuditPage>('GET', '/api/v1/audit')).body.total, 0);
    assert.equal((await ada.call('GET', '/api/v1/audit?limit=0')).status, 422);
    assert.equal((await ada.call('GET', '/api/v1/audit/17')).status, 422);
  });

  test('deliveries without the token of the sidecar are refused', async () => {
    const ada = await person();
    assert.equal((await ada.call('POST', '/events/task-events', { entries: [] })).status, 401);
    assert.equal((await ada.call('GET', '/dapr/subscribe')).status, 401);
  });
});
