import type { Message } from '../domain/channel.ts';
import { truncate } from './truncate.ts';

/** A message for a chat: untrusted text that pings nobody, without formatting. */
export type ChatText = { title: string; body: string };

const maxTitleLength = 250;

/**
 * The longest text of a message that fits a chat after it is rendered. An `@` at the start of a word is followed by a
 * zero-width space: a title such as "@everyone" must not ping people, whatever the chat makes of it.
 */
export function chatTextOf({ title, body }: Message, fits: (text: ChatText) => boolean): ChatText {
  const shortTitle = truncate(withoutMentions(title), (text) => text.length <= maxTitleLength);
  return {
    title: shortTitle,
    body: truncate(withoutMentions(body), (text) => fits({ title: shortTitle, body: text })),
  };
}

/** Joins title, body and link by line breaks, without those that are empty or missing. */
export function linesOf(title: string, body: string, link: string | null): string {
  return [title, body, link].filter(Boolean).join('\n');
}

function withoutMentions(text: string): string {
  return text.replaceAll(/(?<![\p{L}\p{N}])@/gu, '@\u200B');
}

/** Where an API is below the address of its server, which may have a path of its own. */
export function apiUrl(server: string, path: string): string | undefined {
  const base = URL.parse(server);
  if (!base) return undefined;
  return `${base.origin}${base.pathname.replace(/\/+$/, '')}/${path}`;
}
