import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

type Cleanup = { after: (hook: () => unknown) => void };

export type ReceivedMail = { from: string; to: string[]; raw: string };

export type MailServer = { url: string; port: number; mails: ReceivedMail[]; connections: () => number };

/** A refusal as SMTP words it: `refusal(550, '5.1.1 No such user')`. */
export function refusal(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

/** An SMTP server on loopback that keeps what it gets; the test may answer commands itself. */
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
    // Quiet about its certificate, which is everybody's.
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
  // A client that gives up in the middle is what some tests are about.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => server.close());
  const { port } = server.server.address() as AddressInfo;
  return { url: `smtp://127.0.0.1:${port}`, port, mails, connections: () => connections };
}
