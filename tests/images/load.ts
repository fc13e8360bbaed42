import { Agent, request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { eventually } from '@rondo/shared/test/eventually';

export type Ask = {
  path: string;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: () => string;
};

/** Clients that ask one after the other over connections that they keep, until they are told to stop. */
export function startLoad(url: string, ask: Ask) {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const answers: { status: number; is_last: boolean }[] = [];
  const stopped = new AbortController();
  const client = async () => {
    while (!stopped.signal.aborted) {
      const { statusCode = 0, headers } = await answerTo(url, ask, agent);
      answers.push({ status: statusCode, is_last: headers.connection === 'close' });
    }
  };
  const clients = Promise.all(Array.from({ length: 4 }, client));
  // Looked at in `stop`; until then it is not unhandled.
  clients.catch(() => undefined);
  return {
    answers,
    /** Throws what any client met that was not an answer. */
    async stop() {
      stopped.abort();
      await clients;
      agent.destroy();
    },
  };
}

function answerTo(
  url: string,
  { path, method = 'GET', headers = {}, body }: Ask,
  agent: Agent,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}${path}`, { agent, method, headers });
    sent.once('error', reject);
    sent.once('response', (answer) => answer.resume().once('end', () => resolve(answer)));
    sent.end(body?.());
  });
}

/** A request of which the last byte is still missing. */
export async function startSlowRequest(url: string, { path, headers, body }: Required<Ask>) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => (received += text));
  const text = body();
  const lines = Object.entries({
    host: 'rondo',
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  await written(socket, `POST ${path} HTTP/1.1\r\n${head}\r\n${text.slice(0, -1)}`);
  return {
    async finish(): Promise<number> {
      await written(socket, text.slice(-1));
      await eventually(() => received.includes('\r\n\r\n') || socket.closed);
      socket.destroy();
      return Number(/^HTTP\/1\.1 (\d{3})/.exec(received)?.[1]);
    },
  };
}

const written = (socket: Socket, text: string) =>
  new Promise<void>((resolve, reject) => {
    socket.write(text, (error) => (error ? reject(error) : resolve()));
  });

export const isRefused = (url: string) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.once('error', () => resolve(true));
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
  });
