import type { Channel, Message } from '../domain/channel.ts';
import { chatTextOf, linesOf, type ChatText } from './chat-text.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import { httpOutcome } from './http-outcome.ts';

/** The address of a webhook of Discord, or of a server that understands the same. */
export type DiscordTarget = { url: string };

/** Characters of `content`. */
const maxLength = 2_000;
/** The message flag SUPPRESS_EMBEDS: links get no preview. */
const suppressEmbeds = 4;

/**
 * Sends messages to a webhook of Discord (docs.discord.com/developers/resources/webhook#execute-webhook). Nobody is pinged: an
 * empty `parse` allows no mention (docs.discord.com/developers/resources/message#allowed-mentions-object). Markdown in the text
 * is escaped with backslashes.
 */
export function createDiscordChannel({ http }: { http: GuardedFetch }): Channel<DiscordTarget> {
  return {
    async send(message, { url }, { now, workspaceId }) {
      const answer = await http.post(url, {
        workspaceId,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          content: markdownOf(message),
          allowed_mentions: { parse: [] },
          flags: suppressEmbeds,
        }),
      });
      return httpOutcome(answer, { now });
    },
  };
}

function markdownOf(message: Message): string {
  const { url } = message;
  const render = ({ title, body }: ChatText) =>
    linesOf(`**${escapeMarkdown(title)}**`, escapeMarkdown(body), url && `[Open in Rondo](<${url}>)`);
  return render(chatTextOf(message, (text) => render(text).length <= maxLength));
}

/** The characters that format text, quote, list, link or name an emoji, a channel or a person. */
function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\*_~`|>#[\]()<:-]/g, String.raw`\$&`);
}
