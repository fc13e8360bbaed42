import type { AuditVerification } from '@rondo/shared/contracts/audit-record';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import type { Cleanup } from '@rondo/shared/test/identity';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { v7 } from 'uuid';
import { auditService } from '../../src/service.ts';

export const taskId = v7();

/** An event as Todo publishes it. */
export function event(workspaceId: string, seq: number, more: Partial<TaskEvent> = {}): TaskEvent {
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

/** So many events of a person, from seq 1 on. */
export const events = (who: TestPerson, count: number): TaskEvent[] =>
  Array.from({ length: count }, (_, n) => event(who.id, n + 1));

export const inEnvelope = (data: unknown, id = (data as { event_id?: string } | null)?.event_id) => ({
  specversion: '1.0',
  id,
  topic: 'task-events',
  data,
});

/** The service with what its tests do to it: deliver events, and ask whether its chain holds. */
export async function startAudit(t: Cleanup) {
  const started = await startTestService(t, auditService);
  return {
    ...started,
    send: (...sent: TaskEvent[]) =>
      started.deliver(
        'task-events',
        sent.map((data) => inEnvelope(data)),
      ),
    verify: async (who: TestPerson) =>
      (await who.call<AuditVerification>('GET', '/api/v1/audit/verify')).body,
  };
}
