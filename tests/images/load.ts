import { Agent, request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { eventually } from '@rondo/shared/test/eventually';

export type RequestTemplate = {
  path: string;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: () => string;
};

/** Starts four clients that send one request at a time on keep-alive connections until `stop` is called. */
export function startLoad(url: string, template: RequestTemplate) {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const answers: { status: number; isLast: boolean }[] = [];
  const stopped = new AbortController();
  const client = async () => {
    while (!stopped.signal.aborted) {
      const { statusCode = 0, headers } = await send(url, template, agent);
      answers.push({ status: statusCode, isLast: headers.connection === 'close' });
    }
  };
  const clients = Promise.all(Array.from({ length: 4 }, client));
  // `stop` rejects with this error; here it only must not count as unhandled.
  clients.catch(() => undefined);
  return {
    answers,
    /** Stops the clients. Rejects if any request failed without an answer. */
    async stop() {
      stopped.abort();
      await clients;
      agent.destroy();
    },
  };
}

function send(
  url: string,
  { path, method = 'GET', headers = {}, body }: RequestTemplate,
  agent: Agent,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}${path}`, { agent, method, headers });
    sent.once('error', reject);
    sent.once('response', (answer) => answer.resume().once('end', () => resolve(answer)));
    sent.end(body?.());
  });
}

/** Sends a request except for its last byte, which `finish` sends. @returns from `finish`: the status */
export async function startSlowRequest(url: string, { path, headers, body }: Required<RequestTemplate>) {
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
  await write(socket, `POST ${path} HTTP/1.1\r\n${head}\r\n${text.slice(0, -1)}`);
  return {
    async finish(): Promise<number> {
      await write(socket, text.slice(-1));
      await eventually(() => received.includes('\r\n\r\n') || socket.closed);
      socket.destroy();
      return Number(/^HTTP\/1\.1 (\d{3})/.exec(received)?.[1]);
    },
  };
}

const write = (socket: Socket, text: string) =>
  new Promise<void>((resolve, reject) => {
    socket.write(text, (error) => (error ? reject(error) : resolve()));
  });
