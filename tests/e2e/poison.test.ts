import assert from 'node:assert/strict';
import { test } from 'node:test';
import { v7 } from 'uuid';
import { writeRecords } from '@rondo/release-job/test/topic-client';
import { topics } from '@rondo/shared/contracts/topics';
import { eventually } from '@rondo/shared/test/eventually';
import { poison } from '@rondo/shared/test/poison';
import { taskEvent } from '@rondo/shared/test/task-event';
import { isRealEngine } from '../support/host-process.ts';
import { openInstallation } from '../support/installation.ts';
import { assertInvariants } from '../support/invariants.ts';

const skip = isRealEngine ? false : 'writes to Kafka: `npm run test:engine` runs it';

test(
  'records that nobody can read, and forged ones, stop no consumer of Kafka',
  { timeout: 280_000, skip },
  async (t) => {
    const installation = await openInstallation(t);
    const address = installation.engine?.kafkaAddress ?? assert.fail();
    const ada = await installation.person('ada');
    const made = await ada.call('POST', '/api/v1/tasks', { title: 'before' });
    const { workspace_id: workspaceId } = made.body as { workspace_id: string };
    const forged = { specversion: '1.0', id: v7(), source: 'audit-service', topic: topics.taskEvents };
    const records = [
      ...poison.map(({ value }) => value),
      Buffer.from(JSON.stringify({ ...forged, data: taskEvent(workspaceId, 2) })),
    ];
    for (const topic of [topics.taskEvents, topics.taskUpdates, topics.taskCommands, topics.reminders])
      await writeRecords(
        address,
        topic,
        records.map((value, index) => ({ key: `key ${index}`, value })),
      );
    for (const title of ['after', 'and after']) await ada.call('POST', '/api/v1/tasks', { title });
    await eventually(
      async () => {
        const [row] = await installation.query('SELECT count(*) AS letters FROM audit_service.dead_letters');
        return row?.['letters'] === records.length;
      },
      { timeout_ms: 60_000, what: 'every record to be a dead letter of Audit' },
    );
    await assertInvariants(ada, []);
  },
);

test(
  'an event that Kafka refuses for its size is parked, and the ones behind it arrive',
  { timeout: 280_000 },
  async (t) => {
    const installation = await openInstallation(t);
    const ada = await installation.person('ada');
    const made = await ada.call('POST', '/api/v1/tasks', { title: 'before' });
    const { workspace_id: workspaceId } = made.body as { workspace_id: string };
    const large = JSON.stringify({ text: 'x'.repeat(1_200_000) });
    const [first, behind] = [v7(), v7()];
    for (const [id, body] of [
      [first, large],
      [behind, '{"schema_version":"99"}'],
    ])
      await installation.query(
        `INSERT INTO recurring_task_service.outbox (workspace_id, event_id, topic, type, body)
       VALUES ($1, $2, 'task-commands', 'com.todoai.command', $3)`,
        [workspaceId, id, body],
      );
    await eventually(
      async () => {
        const parked = await installation.query(
          `SELECT event_id FROM recurring_task_service.dead_letters WHERE reason LIKE 'too-large-for-broker%'`,
        );
        const arrived = await installation.query('SELECT event_id FROM todo_service.dead_letters');
        return parked[0]?.['event_id'] === first && arrived[0]?.['event_id'] === behind;
      },
      { timeout_ms: 60_000, what: 'the large event to be parked, and the other one to arrive' },
    );
    assert.deepEqual(await installation.query('SELECT * FROM recurring_task_service.outbox'), []);
  },
);
