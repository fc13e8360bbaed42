import { escapeHtml } from '@rondo/shared/http/escape-html';
import { permanentFailure, type Channel, type Message } from '../domain/channel.ts';
import { apiUrl, chatTextOf, linesOf } from './chat-text.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import { httpOutcome } from './http-outcome.ts';

/** `room_id` starts with `!`; the user of `access_token` is its member. */
export type MatrixTarget = { homeserver: string; room_id: string; access_token: string };

/** An event may have 65,536 bytes (spec.matrix.org, "Size limits"); the body is in it twice, once as HTML. */
const maxBodyBytes = 8_000;
const linkText = 'Open in Rondo';

/**
 * Sends messages to a Matrix room (Client-Server API, `PUT /rooms/{roomId}/send/{eventType}/{txnId}`). The id of the message is
 * the transaction id: the homeserver ignores a repetition. An empty `m.mentions` says that the text mentions nobody, so that
 * "@room" or a name in it pings nobody ("User and room mentions", since 1.7).
 */
export function createMatrixChannel({ http }: { http: GuardedFetch }): Channel<MatrixTarget> {
  return {
    async send(message, { homeserver, room_id: room, access_token: token }, { now, workspaceId }) {
      const path = ['rooms', room, 'send', 'm.room.message', message.id]
        .map((part) => encodeURIComponent(part))
        .join('/');
      const address = apiUrl(homeserver, `_matrix/client/v3/${path}`);
      if (address === undefined) return permanentFailure('The URL of the Matrix homeserver is invalid.');
      const answer = await http.put(address, {
        workspaceId,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(contentOf(message)),
      });
      return httpOutcome(answer, { now });
    },
  };
}

function contentOf(message: Message): Record<string, unknown> {
  const { url } = message;
  const { title, body } = chatTextOf(message, (text) => Buffer.byteLength(text.body) <= maxBodyBytes);
  return {
    msgtype: 'm.text',
    body: linesOf(title, body, url),
    format: 'org.matrix.custom.html',
    formatted_body: [
      `<strong>${escapeHtml(title)}</strong>`,
      ...(body === '' ? [] : [escapeHtml(body).replaceAll('\n', '<br>')]),
      ...(url === null ? [] : [`<a href="${escapeHtml(url)}">${linkText}</a>`]),
    ].join('<br>'),
    'm.mentions': {},
  };
}
