import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { service as auditService } from '@rondo/audit-service/service';
import { service as notificationService } from '@rondo/notification-service/service';
import { service as recurringTaskService } from '@rondo/recurring-task-service/service';
import type { AuditVerification } from '@rondo/shared/contracts/audit-record';
import type { DeadLetterPage } from '@rondo/shared/contracts/dead-letter';
import { auditSecret, deadLetterTopicOf, notificationSecret } from '@rondo/shared/contracts/topics';
import { findService, serviceRegistry, writersOf } from '@rondo/shared/service-registry';
import { poison } from '@rondo/shared/test/poison';
import { startTestService } from '@rondo/shared/test/service';
import { taskEvent } from '@rondo/shared/test/task-event';
import { service as todoService } from '@rondo/todo-service/service';
import { service as websocketService } from '@rondo/websocket-service/service';
import { v7 } from 'uuid';
import { samplesAt } from '../support/samples.ts';

const key = randomBytes(32).toString('base64');
const secrets = {
  [notificationSecret]: { 'encryption-keys': key },
  [auditSecret]: { 'checkpoint-keys': key },
};
const services = [todoService, auditService, websocketService, notificationService, recurringTaskService];

for (const definition of services) {
  const { topics } = findService(definition.name);
  for (const topic of [...topics.consumes, ...(topics.fansOut ?? [])]) {
    test(`${definition.name} drops each unreadable record of ${topic}, by itself and together`, async (t) => {
      const { deliver } = await startTestService(t, definition, { secrets });
      for (const { what, value } of poison) assert.deepEqual(await deliver(topic, [value]), ['DROP'], what);
      const together = await deliver(
        topic,
        poison.map(({ value }) => value),
      );
      assert.deepEqual(new Set(together), new Set(['DROP']));
    });
  }
}

test('the records around unreadable ones are processed, and what was unreadable is kept as it was', async (t) => {
  const { deliver, person } = await startTestService(t, auditService, { secrets });
  const [ada, operator] = [await person(), await person(['operator'])];
  const around = poison.flatMap(({ value }, index) => {
    const data = taskEvent(ada.id, index + 1);
    return [{ id: data.event_id, data }, value];
  });
  const verdicts = await deliver('task-events', around);
  assert.deepEqual(
    verdicts,
    poison.flatMap(() => ['SUCCESS', 'DROP']),
  );
  const { body: verification } = await ada.call<AuditVerification>('GET', '/api/v1/audit/verify');
  assert.deepEqual([verification.intact, verification.complete_to], [true, poison.length]);

  const letters: DeadLetterPage['dead_letters'] = [];
  const readLetters = async () => {
    letters.length = 0;
    const { status, body } = await operator.call<DeadLetterPage>(
      'GET',
      '/api/v1/dead-letters/audit-service?limit=100',
    );
    assert.equal(status, 200);
    letters.push(...body.dead_letters);
  };
  await readLetters();
  assert.equal(letters.length, poison.length);
  for (const { what, value } of poison) {
    const kept = letters.some(({ cloud_event: event }) => {
      const { data_base64: bytes } = event as { data_base64?: string };
      if (bytes !== undefined) return Buffer.from(bytes, 'base64').equals(value);
      return isDeepStrictEqual(event, parsed(value));
    });
    assert.ok(kept, what);
  }
  assert.ok(letters.every(({ topic }) => topic === 'task-events'));
  for (const { id } of letters)
    assert.equal(
      (await operator.call('POST', `/api/v1/dead-letters/audit-service/${id}/redrive`)).status,
      409,
    );

  // What the sidecar then delivers from the dead-letter topic is known.
  const again = await deliver(
    deadLetterTopicOf('audit-service'),
    poison.map(({ value }) => value),
  );
  assert.deepEqual(new Set(again), new Set(['SUCCESS']));
  await readLetters();
  assert.equal(letters.length, poison.length);
  assert.ok(letters.every(({ reason }) => !reason.startsWith('dropped-by-sidecar')));
});

test('an event is not believed if its source may not write to its topic', async (t) => {
  const { deliver, person } = await startTestService(t, auditService, { secrets });
  const ada = await person();
  const data = taskEvent(ada.id, 1);
  const from = (source?: unknown) => Buffer.from(JSON.stringify({ id: data.event_id, source, data }));
  assert.deepEqual(
    await deliver('task-events', [
      from('recurring-task-service'),
      from('audit-service'),
      from(),
      from(['todo-service']),
      from('todo-service '),
    ]),
    Array.from({ length: 5 }, () => 'DROP'),
  );
  const records = async () => (await ada.call<AuditVerification>('GET', '/api/v1/audit/verify')).body.records;
  assert.equal(await records(), 0);
  assert.deepEqual(await deliver('task-events', [from('todo-service')]), ['SUCCESS']);
  assert.equal(await records(), 1);
});

for (const definition of services) {
  const entry = findService(definition.name);
  for (const topic of [...entry.topics.consumes, ...(entry.topics.fansOut ?? [])])
    test(`${definition.name} believes only the service that writes to ${topic}`, async (t) => {
      const { deliver, service } = await startTestService(t, definition, { secrets });
      const others = serviceRegistry
        .map(({ name }) => name)
        .filter((name) => !writersOf(topic, entry).has(name));
      const forged = others.map((source) => ({ id: v7(), source, data: taskEvent(v7(), 1) }));
      assert.deepEqual(new Set(await deliver(topic, forged)), new Set(['DROP']));
      const dropped = await samplesAt(service.metricsUrl);
      assert.equal(dropped.get('rondo_dropped_events_total{reason="untrusted-source"}'), others.length);
    });
}

/** The JSON of a record, as it is answered. */
function parsed(value: Buffer): unknown {
  try {
    return JSON.parse(JSON.stringify(JSON.parse(value.toString()))) as unknown;
  } catch {
    return undefined;
  }
}
