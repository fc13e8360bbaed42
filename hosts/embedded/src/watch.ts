/**
 * `npm run --silent watch [-- --user NAME --count N --notifications N]`: prints a person's events and notifications as they
 * come, a line of JSON each, and ends after so many of them.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connect } from '@rondo/sync-client/sync-client';
import type { NotificationPage } from '@rondo/shared/contracts/notification';
import type { WsTicket } from '@rondo/shared/contracts/sync-message';
import type { ChangePage } from '@rondo/shared/contracts/task-event';
import { localPerson, openIssuer } from '@rondo/gateway/issuer';
import { parseHostSettings } from '@rondo/host-common/settings';

const { values } = parseArgs({
  options: {
    user: { type: 'string', default: localPerson },
    count: { type: 'string', default: '0' },
    notifications: { type: 'string', default: '0' },
  },
});
const { data_dir: dataDir } = parseHostSettings(process.env);
const { url } = JSON.parse(await readFile(join(dataDir, 'endpoints.json'), 'utf8')) as { url: string };
const headers = { authorization: `Bearer ${await (await openIssuer(dataDir)).tokenFor(values.user)}` };
const wanted = { events: Number(values.count), notifications: Number(values.notifications) };
let printed = 0;
const notified = new Set<string>();

async function answerOf<Body>(path: string, method = 'GET'): Promise<Body> {
  const response = await fetch(`${url}${path}`, { method, headers });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  return (await response.json()) as Body;
}

/** Prints what came into the inbox since the last look; the nudge alone may be lost, so that it is read when live, too. */
async function lookIntoInbox(): Promise<void> {
  const { notifications } = await answerOf<NotificationPage>('/api/v1/notifications?unread=true&limit=100');
  for (const { id, kind, title, remind_at } of notifications.toReversed()) {
    if (notified.has(id)) continue;
    notified.add(id);
    process.stdout.write(`${JSON.stringify({ notification: kind, title, remind_at })}\n`);
  }
  if (wanted.notifications > 0 && notified.size >= wanted.notifications) client.close();
}

const client = connect({
  url: `${url.replace('http', 'ws')}/ws`,
  getTicket: async () => (await answerOf<WsTicket>('/api/v1/ws-tickets', 'POST')).ticket,
  fetchChanges: (since) => answerOf<ChangePage>(`/api/v1/changes?since=${since}`),
  since: 0,
  onEvent({ seq, event_type: type, task_id: task, version, payload }) {
    process.stdout.write(
      `${JSON.stringify({ seq, event_type: type, task_id: task, version, title: payload.title })}\n`,
    );
    printed += 1;
    if (printed === wanted.events) client.close();
  },
  onNotification: () => void lookIntoInbox(),
  onState: (state) => void (state === 'live' && lookIntoInbox()),
});
