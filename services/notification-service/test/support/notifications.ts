import { randomBytes } from 'node:crypto';
import { v7 } from 'uuid';
import type {
  AddedChannel,
  Delivery,
  DeliveryPage,
  Notification,
  NotificationPage,
  NotificationSettings,
} from '@rondo/shared/contracts/notification';
import type { ReminderEvent } from '@rondo/shared/contracts/reminder-event';
import { notificationSecret } from '@rondo/shared/contracts/topics';
import { openPool } from '@rondo/postgres/open-pool';
import type { Cleanup } from '@rondo/shared/test/identity';
import { startTestService, type TestPerson, type TestServiceOptions } from '@rondo/shared/test/service';
import { service as notificationService } from '../../src/service.ts';

/** A reminder event as recurring-task-service publishes it, for a new task by default. */
export function reminder(workspaceId: string, more: Partial<ReminderEvent> = {}): ReminderEvent {
  return {
    event_id: v7(),
    event_type: 'reminder-fired',
    schema_version: '1.0',
    timestamp: '2026-03-01T10:00:00.000Z',
    workspace_id: workspaceId,
    task_id: v7(),
    remind_at: '2026-03-01T10:00:00.000Z',
    lateness_ms: 0,
    is_late: false,
    payload: {
      title: 'Water the plants – 漢字 "quoted"',
      due_date: '2026-03-01T11:00:00+01:00',
      time_zone: 'Europe/Berlin',
      priority: 4,
      list: null,
    },
    ...more,
  };
}

export const inEnvelope = (
  topic: string,
  data: unknown,
  id = (data as { event_id?: string } | null)?.event_id,
) => ({
  specversion: '1.0',
  id,
  topic,
  data,
});

/** A clock that the test sets. */
export function createTestClock(start: string) {
  let now = Date.parse(start);
  return {
    now: () => new Date(now),
    set: (text: string) => {
      now = Date.parse(text);
    },
    pass: (ms: number) => {
      now += ms;
    },
  };
}

export const minute = 60_000;

/** Starts the service with helpers for its tests. Channels may target loopback. */
export async function startNotifications(
  t: Cleanup,
  options: TestServiceOptions & { secret?: Record<string, string> } = {},
) {
  const { secret = {}, env = {}, ...rest } = options;
  const started = await startTestService(t, notificationService, {
    ...rest,
    env: { ALLOW_PRIVATE_ADDRESSES: 'true', PUBLIC_URL: 'https://rondo.example', ...env },
    secrets: { [notificationSecret]: { 'encryption-keys': randomBytes(32).toString('base64'), ...secret } },
  });
  return {
    ...started,
    send: (topic: string, ...sent: { event_id: string }[]) =>
      started.deliver(
        topic,
        sent.map((data) => inEnvelope(topic, data)),
      ),
    /** The nudges published for a person's clients, in order. */
    nudgesOf: (who: TestPerson) =>
      started.sidecar.accepted.map(({ event }) => event).filter((event) => event['workspace_id'] === who.id),
  };
}

/** Starts the service at a time of a test clock, with a pool of its database, and keeps the lines of warnings. */
export async function startWithWarnings(t: Cleanup, start: string) {
  const clock = createTestClock(start);
  const warnings: string[] = [];
  const started = await startNotifications(t, {
    clock,
    env: { LOG_LEVEL: 'warn' },
    logDestination: { write: (line: string) => void warnings.push(line) },
  });
  const pool = openPool(started.database_url, 'notification test', 2);
  t.after(() => pool.end());
  return { ...started, clock, warnings, pool };
}

export const inboxOf = async (who: TestPerson, query = '') =>
  (await who.call<NotificationPage>('GET', `/api/v1/notifications?${query}`)).body;
export const notificationOf = async (who: TestPerson, id: string) =>
  (await who.call<Notification>('GET', `/api/v1/notifications/${id}`)).body;
export const deliveriesOf = async (who: TestPerson, query = ''): Promise<Delivery[]> =>
  (await who.call<DeliveryPage>('GET', `/api/v1/deliveries?limit=100&${query}`)).body.deliveries;

export async function addWebhook(who: TestPerson, url: string): Promise<AddedChannel> {
  const { status, body } = await who.call<AddedChannel>('POST', '/api/v1/channels', { kind: 'webhook', url });
  if (status !== 201) throw new Error(`the webhook was answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

export async function putSettings(who: TestPerson, settings: Partial<NotificationSettings>): Promise<void> {
  const whole = { time_zone: 'Europe/Berlin', quiet_hours: null, digest_at: null, ...settings };
  const { status, body } = await who.call('PUT', '/api/v1/notification-settings', whole);
  if (status !== 200) throw new Error(`the settings were answered ${status}: ${JSON.stringify(body)}`);
}
