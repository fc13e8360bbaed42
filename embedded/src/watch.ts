/** `npm run --silent watch [-- --user NAME --count N]`: prints a person's events as they happen, a line of JSON each. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connect } from '@rondo/shared/contracts/sync-client';
import type { WsTicket } from '@rondo/shared/contracts/sync-message';
import type { ChangePage } from '@rondo/shared/contracts/task-event';
import { localPerson, openIssuer } from './issuer.ts';
import { parseHostSettings } from './settings.ts';

const { values } = parseArgs({
  options: { user: { type: 'string', default: localPerson }, count: { type: 'string', default: '0' } },
});
const { data_dir: dataDir } = parseHostSettings(process.env);
const { url } = JSON.parse(await readFile(join(dataDir, 'endpoints.json'), 'utf8')) as { url: string };
const headers = { authorization: `Bearer ${await (await openIssuer(dataDir)).tokenFor(values.user)}` };
const wanted = Number(values.count);
let printed = 0;

async function answerOf<Body>(path: string, method = 'GET'): Promise<Body> {
  const response = await fetch(`${url}${path}`, { method, headers });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  return (await response.json()) as Body;
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
    if (printed === wanted) client.close();
  },
});
