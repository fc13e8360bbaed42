import { escapeHtml } from '@rondo/shared/http/escape-html';
import type { Channel, Message } from '../domain/channel.ts';
import { chatTextOf, linesOf, type ChatText } from './chat-text.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import { httpOutcome } from './http-outcome.ts';

/** `bot_token` comes from BotFather; `chat_id` is a number, or `@name` of a public channel. */
export type TelegramTarget = { bot_token: string; chat_id: string };

/** Characters of the text after its entities are parsed. */
const maxLength = 4_096;
const linkText = 'Open in Rondo';

/**
 * Sends messages as a Telegram bot, by `sendMessage` in HTML style, where `&`, `<` and `>` are escaped
 * (core.telegram.org/bots/api#sendmessage and #html-style). 429 has `Retry-After`. The token is a part of the URL, which appears
 * in no reason and in no log.
 */
export function createTelegramChannel({
  http,
  apiUrl,
}: {
  http: GuardedFetch;
  apiUrl: string;
}): Channel<TelegramTarget> {
  const base = apiUrl.replace(/\/+$/, '');
  return {
    async send(message, { bot_token: token, chat_id }, { now, workspaceId }) {
      const answer = await http.post(`${base}/bot${token}/sendMessage`, {
        workspaceId,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          chat_id,
          text: htmlOf(message),
          parse_mode: 'HTML',
          link_preview_options: { is_disabled: true },
        }),
      });
      return httpOutcome(answer, { now });
    },
  };
}

function htmlOf(message: Message): string {
  const plain = ({ title, body }: ChatText) => [title, body, linkText].join('\n\n');
  const { title, body } = chatTextOf(message, (text) => plain(text).length <= maxLength);
  const { url } = message;
  return linesOf(
    `<b>${escapeHtml(title)}</b>`,
    escapeHtml(body),
    url && `<a href="${escapeHtml(url)}">${linkText}</a>`,
  );
}
