import type { ServerResponse } from 'node:http';
import { startReceiver, type Received, type Receiver } from './receiver.ts';

type Cleanup = Parameters<typeof startReceiver>[0];

/** What a chat server made of the messages that it took. */
export type ChatServer = Receiver & { shown: string[] };

export const telegramToken = '123456:AAExampleExampleExampleExample';
export const gotifyToken = 'AGotifyExample1';
export const matrixToken = 'syt_cm9uZG8_example';

function answerJson(response: ServerResponse, code: number, body: unknown, headers = {}): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

const jsonOf = ({ body }: Received) => JSON.parse(body.toString()) as Record<string, unknown>;

/** @param tags that the server knows, by name */
function textOfHtml(html: string, tags: string[]): string | undefined {
  const known = new RegExp(`</?(${tags.join('|')})( href="[^"<>]*")?>`, 'g');
  const text = html.replaceAll('<br>', '\n').replaceAll(known, '');
  // What is left of an unknown tag, or an ampersand that begins no entity, can't be parsed.
  if (/[<>]|&(?!(lt|gt|amp|quot|#39);)/.test(text)) return undefined;
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

/** The Bot API: `{ok, error_code, description}`, entities that must parse, and 4,096 characters. */
export async function startTelegram(t: Cleanup): Promise<ChatServer> {
  const shown: string[] = [];
  const fail = (response: ServerResponse, error_code: number, description: string) =>
    answerJson(response, error_code, { ok: false, error_code, description });
  const receiver = await startReceiver(t, (response, request) => {
    const [, token, method] = /^\/bot([^/]+)\/(\w+)$/.exec(request.path) ?? [];
    if (token !== telegramToken) return fail(response, 401, 'Unauthorized');
    if (method !== 'sendMessage') return fail(response, 404, 'Not Found');
    const { chat_id: chat, text, parse_mode: mode } = jsonOf(request);
    if (chat === '403') return fail(response, 403, 'Forbidden: bot was blocked by the user');
    if (mode !== 'HTML') return fail(response, 400, 'Bad Request: the test expects HTML');
    const plain = textOfHtml(String(text), ['b', 'i', 'u', 's', 'a', 'code', 'pre']);
    if (plain === undefined) return fail(response, 400, "Bad Request: can't parse entities");
    if (plain === '' || plain.length > 4_096) return fail(response, 400, 'Bad Request: message is too long');
    shown.push(plain);
    return answerJson(response, 200, { ok: true, result: { message_id: shown.length } });
  });
  return { ...receiver, shown };
}

/** Gotify below a path: an application's token in `X-Gotify-Key`, and a message that must not be empty. */
export async function startGotify(t: Cleanup): Promise<ChatServer> {
  const shown: string[] = [];
  const receiver = await startReceiver(t, (response, request) => {
    const fail = (errorCode: number, error: string) => answerJson(response, errorCode, { error, errorCode });
    if (request.method !== 'POST' || request.path !== '/push/message') return fail(404, 'Not Found');
    if (request.headers['x-gotify-key'] !== gotifyToken) return fail(401, 'Unauthorized');
    const { title, message, extras } = jsonOf(request);
    if (typeof message !== 'string' || message === '') return fail(400, 'Bad Request');
    const display = (extras as { 'client::display'?: { contentType?: string } })['client::display'];
    if (display?.contentType !== 'text/plain') return fail(400, 'the test expects plain text');
    shown.push(`${String(title)}\n${message}`);
    return answerJson(response, 200, { id: shown.length, appid: 1, title, message });
  });
  return { ...receiver, url: `${receiver.url}/push`, shown };
}

/** A homeserver: `errcode`s, transaction ids that make a repetition harmless, events of at most 65,536 bytes. */
export async function startMatrix(t: Cleanup): Promise<ChatServer> {
  const shown: string[] = [];
  const transactions = new Map<string, string>();
  const receiver = await startReceiver(t, (response, request) => {
    const fail = (code: number, errcode: string) => answerJson(response, code, { errcode, error: errcode });
    const [, room = '', transaction = ''] =
      /^\/_matrix\/client\/v3\/rooms\/([^/]+)\/send\/m\.room\.message\/([^/]+)$/.exec(request.path) ?? [];
    if (request.method !== 'PUT' || room === '') return fail(404, 'M_UNRECOGNIZED');
    if (request.headers.authorization !== `Bearer ${matrixToken}`) return fail(401, 'M_UNKNOWN_TOKEN');
    if (decodeURIComponent(room) !== '!room:example.org') return fail(403, 'M_FORBIDDEN');
    if (request.body.length > 60_000) return fail(413, 'M_TOO_LARGE');
    const { msgtype, body, formatted_body: html, 'm.mentions': mentions } = jsonOf(request);
    const text = textOfHtml(String(html), ['strong', 'a']);
    if (msgtype !== 'm.text' || text === undefined || mentions === undefined) return fail(400, 'M_BAD_JSON');
    if (!transactions.has(transaction)) {
      transactions.set(transaction, `$event${transactions.size}`);
      shown.push(String(body));
    }
    return answerJson(response, 200, { event_id: transactions.get(transaction) });
  });
  return { ...receiver, shown };
}

/** An incoming webhook of Slack: a text answer, `no_text`, and control sequences in angle brackets. */
export async function startSlack(t: Cleanup): Promise<ChatServer> {
  const shown: string[] = [];
  const receiver = await startReceiver(t, (response, request) => {
    if (request.path === '/services/archived') return response.writeHead(410).end('channel_is_archived');
    if (request.path !== '/services/T0/B0/secret') return response.writeHead(404).end('no_service');
    const { text, mrkdwn } = jsonOf(request);
    if (typeof text !== 'string' || text === '') return response.writeHead(400).end('no_text');
    if (mrkdwn !== false) return response.writeHead(400).end('the test expects plain text');
    const mentions = text.match(/<[!@#][^>]*>/g) ?? [];
    if (mentions.length > 0) return response.writeHead(400).end('the test expects no mentions');
    const withoutLinks = text.replaceAll(/<(https?:[^|>]*)\|([^>]*)>/g, '$2');
    shown.push(withoutLinks.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'));
    return response.writeHead(200).end('ok');
  });
  return { ...receiver, url: `${receiver.url}/services/T0/B0/secret`, shown };
}

/** A webhook of Discord: 204, JSON errors, 2,000 characters, and Markdown in `content`. */
export async function startDiscord(t: Cleanup): Promise<ChatServer> {
  const shown: string[] = [];
  const receiver = await startReceiver(t, (response, request) => {
    if (request.path !== '/api/webhooks/1/secret')
      return answerJson(response, 404, { message: 'Unknown Webhook', code: 10_015 });
    const { content, allowed_mentions: allowed } = jsonOf(request);
    if (typeof content !== 'string' || content === '' || content.length > 2_000)
      return answerJson(response, 400, { message: 'Invalid Form Body', code: 50_035 });
    if (JSON.stringify(allowed) !== '{"parse":[]}')
      return answerJson(response, 400, { message: 'the test expects no mentions', code: 0 });
    shown.push(textOfMarkdown(content));
    return response.writeHead(204).end();
  });
  return { ...receiver, url: `${receiver.url}/api/webhooks/1/secret`, shown };
}

/** The text of Markdown. Formatting that is not escaped disappears, as on the screen. */
function textOfMarkdown(markdown: string): string {
  return markdown
    .replaceAll(/\[([^\]\\]*)\]\(<[^>]*>\)/g, '$1')
    .replaceAll(/\\([\\*_~`|>#[\]()<:-])|[*_~`|>#[\]<]/g, '$1');
}
