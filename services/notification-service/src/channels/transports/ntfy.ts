import { permanentFailure, type Channel, type Message } from '../domain/channel.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import { httpOutcome } from './http-outcome.ts';
import { truncate } from './truncate.ts';

/** `server` is an origin such as `https://ntfy.sh`; `token` is an access token, if the topic needs one. */
export type NtfyTarget = { server: string; topic: string; token?: string };

/** ntfy turns a longer message into an attachment. */
const maxMessageBytes = 4_000;
const maxTitleBytes = 250;

/** From 1 to 5; a phone rings longer at 4. */
const priorities: Record<Message['kind'], number> = {
  reminder: 4,
  summary: 4,
  digest: 3,
  notice: 3,
  test: 3,
  confirmation: 3,
};
/** Short codes that the ntfy apps show as emoji. */
const tags: Record<Message['kind'], string[]> = {
  reminder: ['alarm_clock'],
  summary: ['alarm_clock'],
  digest: ['clipboard'],
  notice: ['warning'],
  test: ['wave'],
  confirmation: ['wave'],
};

/**
 * Publishes messages to a topic of an ntfy server as JSON (docs.ntfy.sh/publish/#publish-as-json). JSON goes to the server's
 * root with the topic as a field; ntfy would read JSON that is posted to the topic's URL as plain text.
 */
export function createNtfyChannel({ http }: { http: GuardedFetch }): Channel<NtfyTarget> {
  return {
    async send({ kind, title, body, url }, { server, topic, token }, { now, workspaceId }) {
      const root = URL.parse('/', server);
      if (!root) return permanentFailure('The URL of the ntfy server is invalid.');
      const answer = await http.post(root.href, {
        workspaceId,
        headers: {
          'content-type': 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({
          topic,
          title: truncate(title, isAtMost(maxTitleBytes)),
          message: truncate(body, isAtMost(maxMessageBytes)),
          priority: priorities[kind],
          tags: tags[kind],
          ...(url === null ? {} : { click: url }),
        }),
      });
      return httpOutcome(answer, { now });
    },
  };
}

function isAtMost(bytes: number): (text: string) => boolean {
  return (text) => Buffer.byteLength(text) <= bytes;
}
