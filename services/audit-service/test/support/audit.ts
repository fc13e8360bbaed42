import { randomBytes } from 'node:crypto';
import { auditSecret } from '@rondo/shared/contracts/topics';
import type { AuditVerification } from '@rondo/shared/contracts/audit-record';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import type { Cleanup } from '@rondo/shared/test/identity';
import { startTestService, type TestPerson, type TestServiceOptions } from '@rondo/shared/test/service';
import { taskEvent } from '@rondo/shared/test/task-event';
import { v7 } from 'uuid';
import { service } from '../../src/service.ts';

export const taskId = v7();

/** A change of the task `taskId`. */
export const event = (workspaceId: string, seq: number, more: Partial<TaskEvent> = {}): TaskEvent =>
  taskEvent(workspaceId, seq, {
    task_id: taskId,
    version: seq,
    event_type: 'task-updated',
    changed: ['title'],
    ...more,
  });

/** `count` events of a person, from seq 1 on. */
export const events = (who: TestPerson, count: number): TaskEvent[] =>
  Array.from({ length: count }, (_, n) => event(who.id, n + 1));

export const inEnvelope = (data: unknown, id = (data as { event_id?: string } | null)?.event_id) => ({
  specversion: '1.0',
  id,
  topic: 'task-events',
  data,
});

/** The secret of the service, with one new key. */
export const secrets = () => ({
  [auditSecret]: { 'checkpoint-keys': randomBytes(32).toString('base64') },
});

/** The lines of a text, as a file gives them. */
export async function* linesOf(text: string): AsyncGenerator<string> {
  yield* text.split('\n');
}

/** Starts the service, with functions that deliver events and verify a chain. */
export async function startAudit(t: Cleanup, options: TestServiceOptions = {}) {
  const started = await startTestService(t, service, { secrets: secrets(), ...options });
  return {
    ...started,
    send: (...sent: TaskEvent[]) =>
      started.deliver(
        'task-events',
        sent.map((data) => inEnvelope(data)),
      ),
    verify: async (who: TestPerson, query = '') =>
      (await who.call<AuditVerification>('GET', `/api/v1/audit/verify${query}`)).body,
    exported: async (who: TestPerson, query = '') =>
      (await who.call<string>('GET', `/api/v1/audit/export${query}`)).body,
  };
}
