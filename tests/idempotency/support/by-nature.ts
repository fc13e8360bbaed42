import { v7 } from 'uuid';
import { deadLettersPathOf } from '@rondo/shared/contracts/dead-letter';
import { topics } from '@rondo/shared/contracts/topics';
import type { TestPerson } from '@rondo/shared/test/service';
import { taskEvent } from '@rondo/shared/test/task-event';
import {
  linkFor,
  type LinkPurpose,
} from '../../../services/notification-service/src/channels/domain/link-token.ts';
import { createSecretBox } from '../../../services/notification-service/src/channels/domain/secret-box.ts';
import { settingsEvent } from '../../../services/todo-service/test/support/settings.ts';
import type { Cases, Given, World } from './case.ts';
import { encryptionKey } from './worlds.ts';

const redriveOf = (service: string) => `POST ${deadLettersPathOf(service)}/{id}/redrive`;

/** Stores an event that can be processed as a dead letter. */
async function deadLetter(who: TestPerson, { pool, schema, name }: World): Promise<Given> {
  const id = v7();
  const task = taskEvent(who.id, 1);
  const ofTask = { specversion: '1.0', id: task.event_id, topic: topics.taskEvents, data: task };
  const event = {
    source: 'todo-service',
    ...ofTask,
    ...(name === 'todo-service'
      ? {
          ...settingsEvent(who.id, 'Europe/Berlin', '2026-03-01T10:00:00.000Z'),
          source: 'notification-service',
        }
      : {}),
  };
  await pool.query(
    `INSERT INTO ${schema}.dead_letters (id, workspace_id, topic, event_id, reason, cloud_event)
     VALUES ($1, $2, $3, $4, 'a test', $5)`,
    [id, who.id, event.topic, event.id, JSON.stringify(event)],
  );
  return { params: { id } };
}

/** Adds a channel for an e-mail address, and makes a link to it. */
async function emailLink({ pool }: World, who: TestPerson, purpose: LinkPurpose): Promise<Given> {
  const id = v7();
  const box = createSecretBox(encryptionKey);
  await pool.query(
    `INSERT INTO notification_service.channels (id, workspace_id, kind, label, fingerprint, sealed_target, is_enabled, created_at, confirmed_at)
     VALUES ($1, $2, 'email', 'a test', $3, $4, $5, now(), CASE WHEN $5 THEN now() END)`,
    [id, who.id, id, box.seal('{}', id), purpose === 'unsubscribe'],
  );
  const link = linkFor(box, '', purpose, { channelId: id, endsAt: new Date(Date.now() + 3_600_000) });
  return { params: { token: link.slice(`/${purpose}/`.length) } };
}

/**
 * The operations that need no Idempotency-Key, because a repetition changes nothing and answers alike: those that only read, the links in
 * e-mails, whose reader has no account, and the redrive of a dead letter, whose consumers recognize the event.
 */
export const idempotentByNature: Cases = {
  'POST /api/v1/tasks/parse': () => ({ body: { text: 'Pay rent every month' } }),
  'POST /api/v1/schedules/preview': () => ({ body: { rule: 'FREQ=DAILY', anchor: '2027-03-01' } }),
  'POST /unsubscribe/{token}': (who, world) => emailLink(world, who, 'unsubscribe'),
  'POST /confirm/{token}': (who, world) => emailLink(world, who, 'confirm'),
  [redriveOf('todo-service')]: deadLetter,
  [redriveOf('audit-service')]: deadLetter,
  [redriveOf('notification-service')]: deadLetter,
  [redriveOf('recurring-task-service')]: deadLetter,
};

/**
 * The operations whose every request is to get something of its own. A ticket is used once, within 30 s: a stored one would be of no use to
 * a retry, and an unused one leaves nothing behind.
 */
export const newEachTime = ['POST /api/v1/ws-tickets'];
