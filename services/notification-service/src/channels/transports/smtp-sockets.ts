import { once } from 'node:events';
import { connect, type LookupFunction, type Socket } from 'node:net';
import { callbackify } from 'node:util';
import type { SMTPTransportOptions } from 'nodemailer';
import type { Names } from './names/names.ts';

/** Ports by protocol (RFC 6409, RFC 8314). */
const ports = { submission: 587, submissions: 465 };

/**
 * Opens the connections of a mail transport, whose TLS is its own. The transport would ask `dns.lookup` for a name that DNS does
 * not have, such as one of the hosts file or of a cluster. Disposing this ends what is opening.
 */
export function createSmtpSockets({ names, timeoutMs }: { names: Names; timeoutMs: number }) {
  const stopping = new AbortController();

  async function open({ host = 'localhost', port, secure, localAddress }: SMTPTransportOptions) {
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(timeoutMs)]);
    const addresses = await names.lookup(host, { asker: 'mail server', signal });
    const lookup: LookupFunction = (_host, _options, callback) => callback(null, addresses);
    const socket = connect({
      host,
      port: Number(port) || (secure ? ports.submissions : ports.submission),
      ...(localAddress ? { localAddress } : {}),
      lookup,
      autoSelectFamily: true,
    });
    await untilConnected(socket, signal);
    return { connection: socket };
  }

  return { open: callbackify(open), [Symbol.dispose]: () => stopping.abort() };
}

async function untilConnected(socket: Socket, signal: AbortSignal): Promise<void> {
  try {
    await once(socket, 'connect', { signal });
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
