import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeadLetterPage } from '@rondo/shared/contracts/dead-letter';
import type { Task } from '@rondo/shared/contracts/task';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService } from '@rondo/shared/test/service';
import { service as todoService } from '@rondo/todo-service/service';

const tooLarge = 'kafka server: Message was too large, server rejected it to avoid allocation error';

test('an event that is too large for one topic becomes a dead letter of its producer, and a redrive publishes it there', async (t) => {
  const { person, sidecar } = await startTestService(t, todoService);
  const [ada, operator] = [await person(), await person(['operator'])];
  let limit = 2;
  sidecar.onPublish((topic) => ({
    refuse: ({ event }) => topic === 'task-events' && (event['seq'] as number) === limit && tooLarge,
  }));
  const titles = ['one', 'two', 'three'];
  for (const title of titles) await ada.call<Task>('POST', '/api/v1/tasks', { title });
  const seqsOn = (topic: string) => [
    ...new Set(sidecar.accepted.filter((entry) => entry.topic === topic).map(({ event }) => event['seq'])),
  ];
  await eventually(() => seqsOn('task-events').includes(3) && seqsOn('task-updates').includes(3));
  assert.deepEqual(
    [seqsOn('task-events'), seqsOn('task-updates')],
    [
      [1, 3],
      [1, 2, 3],
    ],
  );

  const letters = async () =>
    (await operator.call<DeadLetterPage>('GET', '/api/v1/dead-letters/todo-service')).body.dead_letters;
  const letter = await eventually(async () => (await letters())[0]);
  assert.deepEqual(
    [letter.topic, letter.workspace_id, letter.reason, letter.redriven_at],
    ['task-events', ada.id, `too-large-for-broker: ${tooLarge}`, null],
  );
  const redrive = () => operator.call('POST', `/api/v1/dead-letters/todo-service/${letter.id}/redrive`);
  assert.equal((await redrive()).status, 409, 'the broker still refuses it');
  limit = 0;
  assert.equal((await redrive()).status, 204);
  assert.deepEqual(seqsOn('task-events'), [1, 3, 2]);
  assert.notEqual((await letters())[0]?.redriven_at, null);
  const again = sidecar.accepted.findLast(({ topic }) => topic === 'task-events') ?? assert.fail();
  assert.deepEqual([again.metadata['partitionKey'], again.envelope['source']], [ada.id, 'todo-service']);
});
