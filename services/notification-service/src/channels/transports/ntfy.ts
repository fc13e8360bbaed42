import { permanentFailure, type Channel, type Message } from '../domain/channel.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import { outcomeOfAnswer } from './http-outcome.ts';
import { shorten } from './truncate.ts';

/** `server` is an origin such as `https://ntfy.sh`; `token` an access token of it, where the topic needs one. */
export type NtfyTarget = { server: string; topic: string; token?: string };

/** ntfy makes an attachment of a longer message. */
const mostMessageBytes = 4_000;
const mostTitleBytes = 250;

/** From 1 to 5; 4 makes a phone sound for longer. */
const priorities: Record<Message['kind'], number> = { reminder: 4, digest: 3, test: 3 };
/** Short codes that the ntfy apps show as emoji. */
const tags: Record<Message['kind'], string[]> = {
  reminder: ['alarm_clock'],
  digest: ['clipboard'],
  test: ['wave'],
};

/**
 * Messages to a topic of an ntfy server, published as JSON (docs.ntfy.sh/publish/#publish-as-json): to the server's root,
 * because the topic is a field of it; what is posted to a topic's own address is taken for plain text.
 */
export function createNtfyChannel({ http }: { http: GuardedFetch }): Channel<NtfyTarget> {
  return {
    async send({ kind, title, body, url }, { server, topic, token }, { now }) {
      const root = URL.parse('/', server);
      if (!root) return permanentFailure('The server is not a URL.');
      const answer = await http.post(root.href, {
        headers: {
          'content-type': 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({
          topic,
          title: shorten(title, isAtMost(mostTitleBytes)),
          message: shorten(body, isAtMost(mostMessageBytes)),
          priority: priorities[kind],
          tags: tags[kind],
          ...(url === null ? {} : { click: url }),
        }),
      });
      return outcomeOfAnswer(answer, { now, goneCodes: [] });
    },
  };
}

function isAtMost(bytes: number): (text: string) => boolean {
  return (text) => Buffer.byteLength(text) <= bytes;
}
