import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { v7 } from 'uuid';
import { service as auditService } from '@rondo/audit-service/service';
import { service as notificationService } from '@rondo/notification-service/service';
import { openPool } from '@rondo/postgres/open-pool';
import { service as recurringTaskService } from '@rondo/recurring-task-service/service';
import type { AuditPage, AuditVerification } from '@rondo/shared/contracts/audit-record';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import { auditSecret, notificationSecret, topics } from '@rondo/shared/contracts/topics';
import { findService } from '@rondo/shared/service-registry';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService } from '@rondo/shared/test/service';
import { taskEvent } from '@rondo/shared/test/task-event';
import { service as websocketService } from '@rondo/websocket-service/service';
import { verifyExport } from '../../services/audit-service/src/domain/verify-export.ts';

const key = randomBytes(32).toString('base64');
const secrets = {
  [notificationSecret]: { 'encryption-keys': key },
  [auditSecret]: { 'checkpoint-keys': key },
};

/** An event of each version that a release may publish, and one that none knows. */
function eventsOfVersions(workspaceId: string): { known: TaskEvent[]; unknown: object } {
  const known = [
    taskEvent(workspaceId, 1),
    taskEvent(workspaceId, 2, { schema_version: '1.1', time_zone: 'Europe/Berlin' }),
    taskEvent(workspaceId, 3, {
      schema_version: '1.1',
      series: { exdates: ['2027-03-08'], rdates: ['2027-03-09T10:00:00Z'] },
    }),
    floatingEvent(workspaceId, 4),
    eventWithDates(workspaceId, 5),
    eventOfTurn(workspaceId, 6),
  ];
  return { known, unknown: { ...taskEvent(workspaceId, 7), schema_version: '9.0' } };
}

function floatingEvent(workspaceId: string, seq: number): TaskEvent {
  const event = taskEvent(workspaceId, seq, { schema_version: '1.2', time_zone: 'Europe/Berlin' });
  return { ...event, payload: { ...event.payload, time_zone: 'Europe/Berlin', is_floating: true } };
}

function eventWithDates(workspaceId: string, seq: number): TaskEvent {
  const event = taskEvent(workspaceId, seq, { schema_version: '1.3' });
  return { ...event, payload: { ...event.payload, exdates: ['2027-03-08'], rdates: [] } };
}

const agent = { client_id: 'helper', name: 'Helper "of" Ada' };

function eventOfTurn(workspaceId: string, seq: number): TaskEvent {
  const event = taskEvent(workspaceId, seq, { schema_version: '1.4', command_id: v7(), turn_id: v7() });
  return {
    ...event,
    actor: { ...event.actor, agent },
    payload: { ...event.payload, number: 12, rank: 'e0000C' },
  };
}

const envelope = (data: object) => ({
  specversion: '1.0',
  id: (data as TaskEvent).event_id,
  topic: topics.taskEvents,
  data,
});

for (const [definition, topic] of [
  [auditService, topics.taskEvents],
  [notificationService, topics.taskEvents],
  [recurringTaskService, topics.taskEvents],
  [websocketService, topics.taskUpdates],
] as const)
  test(`${definition.name} accepts every version of a task event`, async (t) => {
    const { deliver } = await startTestService(t, definition, { secrets });
    const { known, unknown } = eventsOfVersions(v7());
    const verdicts = await deliver(topic, [...known, unknown].map(envelope));
    assert.deepEqual(verdicts, [...known.map(() => 'SUCCESS'), 'DROP']);
  });

test('a chain with events of all versions is shown, verified, exported and verified offline', async (t) => {
  const { deliver, person } = await startTestService(t, auditService, { secrets });
  const ada = await person();
  const { known } = eventsOfVersions(ada.id);
  await deliver(topics.taskEvents, known.map(envelope));
  const { body: page } = await ada.call<AuditPage>('GET', '/api/v1/audit');
  assert.deepEqual(
    page.records.map(({ seq }) => seq),
    [6, 5, 4, 3, 2, 1],
  );
  assert.deepEqual(page.records[0]?.actor.agent, agent);
  const { body: verification } = await ada.call<AuditVerification>('GET', '/api/v1/audit/verify');
  assert.deepEqual([verification.intact, verification.complete_to], [true, 6]);
  const { body: exported } = await ada.call<string>('GET', '/api/v1/audit/export');
  assert.match(exported, /Europe\/Berlin/);
  const { isIntact, message } = await verifyExport(Readable.from(exported.trimEnd().split('\n')));
  assert.ok(isIntact, message);
});

for (const definition of [auditService, notificationService, recurringTaskService])
  test(`${definition.name} redrives what a release before did not understand, when it starts`, async (t) => {
    const { database_url: url, startReplica } = await startTestService(t, definition, { secrets });
    const pool = openPool(url, 'redrive test', 1);
    t.after(() => pool.end());
    const { schema = '' } = findService(definition.name);
    const { known, unknown } = eventsOfVersions(v7());
    const letters = [...known.slice(1), unknown as TaskEvent];
    for (const data of letters)
      await pool.query(
        `INSERT INTO ${schema}.dead_letters (id, workspace_id, topic, event_id, reason, cloud_event)
         VALUES ($1, $2, $3, $4, $5, $6)`,
        [
          v7(),
          data.workspace_id,
          topics.taskEvents,
          data.event_id,
          `unknown-schema-version: schema_version ${data.schema_version} is not known here`,
          JSON.stringify({ ...envelope(data), source: 'todo-service' }),
        ],
      );
    await startReplica();
    const redriven = async () =>
      (
        await pool.query<{ event_id: string }>(
          `SELECT event_id FROM ${schema}.dead_letters WHERE redriven_at IS NOT NULL ORDER BY event_id`,
        )
      ).rows.map((row) => row.event_id);
    const expected = known.slice(1).map((event) => event.event_id);
    await eventually(async () => (await redriven()).length === expected.length);
    assert.deepEqual(await redriven(), expected.toSorted());
  });
