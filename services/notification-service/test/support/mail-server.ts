import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

type Cleanup = { after: (hook: () => unknown) => void };

export type ReceivedMail = { from: string; to: string[]; raw: string };

export type MailServer = {
  url: string;
  port: number;
  mails: ReceivedMail[];
  connections: () => number;
  onConnection: (listener: (socket: Socket) => void) => void;
};

/** An SMTP error reply: `refusal(550, '5.1.1 No such user')`. */
export function refusal(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

/** An SMTP server on loopback that records e-mails; the test may answer commands itself. */
export async function startMailServer(
  t: Cleanup,
  options: Partial<SMTPServerOptions> = {},
): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  let connections = 0;
  const server = new SMTPServer({
    disabledCommands: ['AUTH'],
    hideSTARTTLS: true,
    closeTimeout: 1,
    // Suppresses the warning about its built-in certificate.
    logger: false,
    onConnect(_session, callback) {
      connections += 1;
      callback();
    },
    onData(stream, { envelope }, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        mails.push({
          from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
          to: envelope.rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString(),
        });
        callback();
      });
    },
    ...options,
  });
  // Some tests disconnect in the middle.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => server.close());
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    mails,
    connections: () => connections,
    onConnection: (listener) => void server.server.on('connection', listener),
  };
}
