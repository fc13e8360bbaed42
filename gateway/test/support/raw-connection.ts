import { connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';

/** A TCP connection, for requests that no client library would send. */
export type RawConnection = {
  socket: Socket;
  send(lines: string[], body?: string): void;
  /** What has been received and not yet taken. */
  received: () => string;
  /** Waits for the status line and the headers of the next answer, and takes them with the body that they announce. */
  answer(): Promise<{ status: number; head: string; body: string }>;
  isClosed: () => boolean;
};

export function openRaw(
  t: TestContext,
  url: string,
  options: { allowHalfOpen?: boolean; localAddress?: string } = {},
): RawConnection {
  const { hostname, port, host } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, ...options });
  let text = '';
  let isClosed = false;
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
  });
  socket.on('error', () => undefined).on('close', () => (isClosed = true));
  t.after(() => socket.destroy());
  return {
    socket,
    send(lines, body = '') {
      const headers = lines.some((line) => /^host:/i.test(line)) ? lines : [...lines, `host: ${host}`];
      socket.write(`${headers.join('\r\n')}\r\n\r\n${body}`);
    },
    received: () => text,
    async answer() {
      return eventually(
        () => {
          const end = text.indexOf('\r\n\r\n');
          if (end === -1) return false;
          const head = text.slice(0, end);
          const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
          if (text.length < end + 4 + length) return false;
          const body = text.slice(end + 4, end + 4 + length);
          text = text.slice(end + 4 + length);
          return { status: Number(head.split(' ')[1]), head, body };
        },
        { what: `an answer (${text.slice(0, 200)})` },
      );
    },
    isClosed: () => isClosed,
  };
}
