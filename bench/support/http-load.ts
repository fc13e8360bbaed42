import { connect, type Socket } from 'node:net';

export type LoadRequest = { method: string; path: string; token: string; body?: string };

export type LoadOptions = {
  url: string;
  connections: number;
  durationMs: number;
  /** Requests a second in all. Absent: each connection sends its next request as soon as the last one is answered. */
  rate?: number;
  request: (index: number) => LoadRequest;
  /** Called for each answer with its status and the milliseconds from when it was due to be sent. */
  onAnswer?: (status: number, ms: number) => void;
};

export type LoadResult = {
  answers: number;
  failures: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
};

/**
 * Loads a server over keep-alive connections and measures. At a rate, latency counts from the moment a request was due,
 * so that a stall shows in all that waited behind it (no coordinated omission). HTTP is spoken on bare sockets, because
 * a full client would take the core that the server needs.
 */
export async function load({
  url,
  connections,
  durationMs,
  rate,
  request,
  onAnswer,
}: LoadOptions): Promise<LoadResult> {
  const { hostname, port, host } = new URL(url);
  const latencies: number[] = [];
  let failures = 0;
  let next = 0;
  const began = performance.now();
  const ends = began + durationMs;

  async function worker(): Promise<void> {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const exchange = createExchange(socket);
    for (;;) {
      const index = next;
      const dueAt = rate === undefined ? performance.now() : began + (index / rate) * 1000;
      if (dueAt >= ends) break;
      next += 1;
      const wait = dueAt - performance.now();
      if (wait > 0.2) await new Promise((resolve) => setTimeout(resolve, wait));
      const from = rate === undefined ? performance.now() : dueAt;
      const status = await exchange(encode(request(index), host));
      const ms = performance.now() - from;
      latencies.push(ms);
      if (status >= 400) failures += 1;
      onAnswer?.(status, ms);
    }
    socket.destroy();
  }

  await Promise.all(Array.from({ length: connections }, () => worker()));
  const seconds = (performance.now() - began) / 1000;
  const sorted = Float64Array.from(latencies).sort();
  return {
    answers: latencies.length,
    failures,
    perSecond: Math.round(latencies.length / seconds),
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    maxMs: quantile(sorted, 1),
  };
}

/** The value below which the share `q` of sorted values lies, to a hundredth. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
  return Math.round(value * 100) / 100;
}

function encode({ method, path, token, body = '' }: LoadRequest, host: string): string {
  const length =
    body === '' ? '' : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
  return `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${token}\r\n${length}\r\n${body}`;
}

/** One request after the other on a socket. Answers must have a content-length, as Rondo's have. */
function createExchange(socket: Socket): (request: string) => Promise<number> {
  let received: Buffer[] = [];
  let size = 0;
  let expected = Infinity;
  let status = 0;
  let settle: { resolve: (status: number) => void; reject: (error: Error) => void } | undefined;

  socket.on('data', (chunk) => {
    received.push(chunk);
    size += chunk.length;
    if (expected === Infinity) {
      const head = received.length === 1 ? chunk : Buffer.concat(received);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      const text = head.toString('latin1', 0, end);
      status = Number(text.slice(9, 12));
      expected = end + 4 + Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? 0);
    }
    if (size < expected) return;
    received = [];
    size = 0;
    expected = Infinity;
    settle?.resolve(status);
  });
  socket.on('error', (error) => settle?.reject(error));
  socket.on('close', () => settle?.reject(new Error('the server closed the connection')));

  return (request) =>
    new Promise<number>((resolve, reject) => {
      settle = { resolve, reject };
      socket.write(request);
    });
}
