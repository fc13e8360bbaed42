import { v7 } from 'uuid';
import { topics } from '@rondo/shared/contracts/topics';
import { eventually } from '@rondo/shared/test/eventually';
import type { TestPerson } from '@rondo/shared/test/service';
import {
  deliveriesOf,
  inboxOf,
  inEnvelope,
  reminder,
} from '../../../services/notification-service/test/support/notifications.ts';
import { done, type Cases, type World } from './case.ts';

const notifications = '/api/v1/notifications';
const channels = '/api/v1/channels';

async function newEntry(who: TestPerson, { deliver }: World): Promise<{ params: { id: string } }> {
  await deliver(topics.reminders, [inEnvelope(topics.reminders, reminder(who.id))]);
  const [entry] = (await inboxOf(who)).notifications;
  if (!entry) throw new Error('the reminder has no entry');
  return { params: { id: entry.id } };
}

async function newChannel(who: TestPerson, { receiverUrl }: World): Promise<{ params: { id: string } }> {
  const { id } = await done(who, 'POST', channels, { kind: 'webhook', url: `${receiverUrl}/${v7()}` });
  return { params: { id } };
}

/** Makes a delivery that was sent. */
async function sentDelivery(who: TestPerson, world: World): Promise<{ params: { id: string } }> {
  const channel = await newChannel(who, world);
  await done(who, 'POST', `${channels}/${channel.params.id}/test`);
  await eventually(async () => (await deliveriesOf(who))[0]?.status === 'sent', {
    what: 'the test to be sent',
  });
  const [delivery] = await deliveriesOf(who);
  return { params: { id: delivery?.id ?? '' } };
}

/** The operations of Notification that run once for each Idempotency-Key. */
export const notificationCases: Cases = {
  [`POST ${notifications}/{id}/read`]: newEntry,
  [`POST ${notifications}/{id}/dismiss`]: newEntry,
  [`POST ${notifications}/{id}/snooze`]: async (who, world) => ({
    ...(await newEntry(who, world)),
    body: { minutes: 30 },
  }),
  [`POST ${notifications}/read-all`]: async (who, world) => {
    await newEntry(who, world);
    return { body: {} };
  },
  'PUT /api/v1/notification-settings': () => ({
    body: { time_zone: 'Europe/Berlin', quiet_hours: null, digest_at: '07:00' },
  }),
  [`POST ${channels}`]: (_who, { receiverUrl }) => ({
    body: { kind: 'webhook', url: `${receiverUrl}/${v7()}` },
  }),
  [`PATCH ${channels}/{id}`]: async (who, world) => ({
    ...(await newChannel(who, world)),
    body: { is_enabled: false },
  }),
  [`DELETE ${channels}/{id}`]: newChannel,
  [`POST ${channels}/{id}/test`]: newChannel,
  'POST /api/v1/deliveries/{id}/replay': sentDelivery,
};
