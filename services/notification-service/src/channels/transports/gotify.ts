import { permanentFailure, type Channel, type Message } from '../domain/channel.ts';
import { apiUrl } from './chat-text.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import { httpOutcome } from './http-outcome.ts';
import { truncate } from './truncate.ts';

/** `token` is that of an application in Gotify. */
export type GotifyTarget = { server: string; token: string };

/** Gotify documents no limit. A phone shows no more of a notification than this. */
const maxTitleLength = 250;
const maxMessageLength = 4_000;

/** From 0 to 10: the Android app makes a sound from 4 on. */
const priorities: Record<Message['kind'], number> = {
  reminder: 8,
  summary: 8,
  digest: 5,
  notice: 5,
  test: 5,
  confirmation: 5,
};

/**
 * Pushes messages to a Gotify server (gotify.net/docs/pushmsg), with the token in a header instead of the URL. Clients show the
 * message as plain text (gotify.net/docs/msgextras: `client::display`), and a tap opens the link (`client::notification`).
 */
export function createGotifyChannel({ http }: { http: GuardedFetch }): Channel<GotifyTarget> {
  return {
    async send({ kind, title, body, url }, { server, token }, { now, workspaceId }) {
      const address = apiUrl(server, 'message');
      if (address === undefined) return permanentFailure('The URL of the Gotify server is invalid.');
      const answer = await http.post(address, {
        workspaceId,
        headers: { 'content-type': 'application/json', 'x-gotify-key': token },
        body: JSON.stringify({
          title: truncate(title, (text) => text.length <= maxTitleLength),
          // Gotify refuses an empty message.
          message: truncate(body || title, (text) => text.length <= maxMessageLength),
          priority: priorities[kind],
          extras: {
            'client::display': { contentType: 'text/plain' },
            ...(url === null ? {} : { 'client::notification': { click: { url } } }),
          },
        }),
      });
      return httpOutcome(answer, { now });
    },
  };
}
