/**
 * `npm run --silent watch [-- --user NAME --count N --notifications N]`: prints the events and notifications of a person, one
 * line of JSON each.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SignedOutError } from '@rondo/sync-client/signed-out-error';
import { connect, type SyncState } from '@rondo/sync-client/sync-client';
import type { NotificationPage } from '@rondo/shared/contracts/notification';
import type { WsTicket } from '@rondo/shared/contracts/sync-message';
import type { ChangePage, SnapshotPage } from '@rondo/shared/contracts/task-event';
import { localPerson, openExistingIssuerIn } from '@rondo/gateway/issuer';
import { runCommand, UsageError } from '@rondo/host-common/command';
import type { Endpoints } from '@rondo/host-common/endpoints';
import { parseHostSettings } from '@rondo/host-common/settings';
import { StartError } from '@rondo/host-common/start-error';

const usage = `
npm run --silent watch [-- --user NAME] [--count N] [--notifications N]

Prints the events and notifications of a person as they happen, one line of JSON each, until Ctrl-C. With --count it ends
after N events, with --notifications after N notifications.
`;

const accepts = {
  options: {
    user: { type: 'string', default: localPerson },
    count: { type: 'string', default: '0' },
    notifications: { type: 'string', default: '0' },
  },
} as const;

await runCommand({ usage, args: process.argv.slice(2), accepts }, async ({ values }) => {
  const { dataDir } = parseHostSettings(process.env);
  const url = await gatewayOf(dataDir);
  const issuer = await openExistingIssuerIn(join(dataDir, 'identity'));
  await watch(url, await issuer.tokenFor(values.user), {
    events: numberOf(values.count),
    notifications: numberOf(values.notifications),
  });
});

function numberOf(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new UsageError(`${text} is not a number of lines.`);
  return number;
}

async function gatewayOf(dataDir: string): Promise<string> {
  try {
    return (JSON.parse(await readFile(join(dataDir, 'endpoints.json'), 'utf8')) as Endpoints).url;
  } catch (cause) {
    throw new StartError(
      `Rondo has not run on ${dataDir}: run npm start first, or set RONDO_DATA_DIR to its data directory.`,
      { cause },
    );
  }
}

/** Resolves when as many lines as wanted are printed; 0 is without a limit. */
async function watch(
  url: string,
  token: string,
  wanted: { events: number; notifications: number },
): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const printed = { events: 0, notifications: new Set<string>() };
  let isOffline = false;

  async function answerOf<Body>(path: string, method = 'GET'): Promise<Body> {
    const response = await fetch(`${url}${path}`, { method, headers });
    if (response.status === 401) throw new SignedOutError();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
    return (await response.json()) as Body;
  }

  /** Prints the new notifications. It is called at every `live` too, because a message about a new one may be lost. */
  async function printNotifications(): Promise<void> {
    const { notifications } = await answerOf<NotificationPage>('/api/v1/notifications?unread=true&limit=100');
    for (const { id, kind, title, remind_at } of notifications.toReversed()) {
      if (printed.notifications.has(id)) continue;
      printed.notifications.add(id);
      process.stdout.write(`${JSON.stringify({ notification: kind, title, remind_at })}\n`);
    }
    if (wanted.notifications > 0 && printed.notifications.size >= wanted.notifications) client.close();
  }
  // A failure means that the connection is lost as well: the next `live` calls it again.
  const tryToPrintNotifications = () => void printNotifications().catch(() => undefined);

  async function changesAfter(since: number, historyId: string | null): Promise<ChangePage | undefined> {
    const history = historyId === null ? '' : `&history_id=${historyId}`;
    const response = await fetch(`${url}/api/v1/changes?since=${since}${history}`, { headers });
    if (response.status === 409 || response.status === 410) return undefined;
    if (response.status === 401) throw new SignedOutError();
    if (!response.ok) throw new Error(`GET /api/v1/changes: ${response.status}`);
    return (await response.json()) as ChangePage;
  }

  /** Goes on with what happens from now on. */
  async function skipToNow(): Promise<void> {
    process.stderr.write('rondo: the server no longer has the next events. Going on from now.\n');
    while (client.state === 'expired') {
      try {
        const { seq, history_id } = await answerOf<SnapshotPage>('/api/v1/snapshot?limit=1');
        client.reset(seq, history_id);
      } catch {
        await pause(1_000);
      }
    }
  }

  function onState(state: SyncState): void {
    if (state === 'expired') void skipToNow();
    if (state === 'live') tryToPrintNotifications();
    if (state === 'live' && isOffline) process.stderr.write('rondo: connected again.\n');
    if (state === 'offline' && !isOffline)
      process.stderr.write(
        `rondo: Rondo does not answer at ${url}. Trying again until it does (npm start)…\n`,
      );
    if (state === 'live' || state === 'offline') isOffline = state === 'offline';
  }

  const ended = Promise.withResolvers<void>();
  const client = connect({
    url: `${url.replace('http', 'ws')}/ws`,
    getTicket: async () => (await answerOf<WsTicket>('/api/v1/ws-tickets', 'POST')).ticket,
    fetchChanges: changesAfter,
    since: 0,
    onEvent({ seq, event_type: type, task_id: task, version, payload }) {
      process.stdout.write(
        `${JSON.stringify({ seq, event_type: type, task_id: task, version, title: payload.title })}\n`,
      );
      printed.events += 1;
      if (printed.events === wanted.events) client.close();
    },
    onNotification: tryToPrintNotifications,
    onState(state) {
      onState(state);
      if (state === 'closed') ended.resolve();
      if (state === 'signed-out')
        ended.reject(new StartError('The token is no longer valid: run npm run watch again.'));
    },
  });
  await ended.promise;
}
