import { createTransport, type NodemailerError, type SendMailOptions } from 'nodemailer';
import { AppError } from '@rondo/shared/errors';
import {
  permanentFailure,
  temporaryFailure,
  type Channel,
  type Failure,
  type Message,
} from '../domain/channel.ts';
import { emailContent } from './email-content.ts';
import type { Names } from './names/names.ts';
import { createSmtpSockets } from './smtp-sockets.ts';

/** `unsubscribeUrl` accepts a POST without a login, for this address only. */
export type EmailTarget = { address: string; unsubscribeUrl: string };

export type EmailOptions = {
  /** `smtp://` (STARTTLS if offered; `?requireTLS=true` requires it) or `smtps://`, with user and password. */
  smtpUrl: string;
  /** The sender as in the header: `Rondo <rondo@example.org>`. */
  from: string;
  /** Resolves the name of the mail server. */
  names: Names;
  /** For one e-mail, including the connection; 10 s by default. */
  timeoutMs?: number;
};

/** `onHandedOver` is called when the server gets the end of the message. */
type HandedOverMail = SendMailOptions & { onHandedOver: () => void };

/** One mailbox, without characters that would make a list or a header of it (RFC 5321 section 4.1.2, no quoted names). */
const mailbox = /^[^\s\p{Cc}@<>()[\]\\,;:"]+@[^\s\p{Cc}@<>()[\]\\,;:"]+$/u;

/**
 * Sends e-mails over SMTP, on pooled connections. A 5xx reply to the message is permanent, and turns the address off if it
 * refuses the recipient. A 4xx reply is temporary, as is every error that is not about the message, such as a wrong password.
 * A message is handed over once: if the server has all of it and does not answer, or hangs up, it may have taken it (RFC 1047),
 * so the message counts as sent.
 * @throws AppError `invalid-configuration` if the SMTP URL or the sender is invalid
 */
export function createEmailChannel({
  smtpUrl,
  from,
  names,
  timeoutMs = 10_000,
}: EmailOptions): Channel<EmailTarget> & AsyncDisposable {
  const domain = /@([^\s<>@]+)>?$/.exec(from)?.[1];
  if (domain === undefined) throw invalid('smtp-from must contain an e-mail address.');
  if (!/^smtps?:\/\/[^/]/.test(smtpUrl)) throw invalid('smtp-url must be an smtp:// or smtps:// URL.');
  const sockets = createSmtpSockets({ names, timeoutMs });
  const transport = createTransport({
    pool: true,
    url: smtpUrl,
    getSocket: sockets.open,
    // The server may have closed an idle connection, which shows only on use: retry once on a new connection.
    maxRequeues: 1,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  transport.use('stream', (mail, done) => {
    const { onHandedOver } = mail.data as HandedOverMail;
    // It ends when the connection has read all of it, which begins after the reply to DATA.
    mail.message.processFunc((message) => message.once('end', onHandedOver));
    done();
  });

  return {
    async send(message, { address, unsubscribeUrl }, { now }) {
      if (!mailbox.test(address)) return permanentFailure('The e-mail address is invalid.');
      const unsubscribe = URL.parse(unsubscribeUrl);
      if (!unsubscribe || !/^https?:$/.test(unsubscribe.protocol))
        return permanentFailure('The unsubscribe link is not a web address.');
      let isHandedOver = false;
      try {
        const mail: HandedOverMail = {
          ...mailOf(message, address, unsubscribe),
          onHandedOver: () => (isHandedOver = true),
          from,
          date: now,
          // The same on each attempt, so that a mailbox recognises a duplicate.
          messageId: `<${message.id}@${domain}>`,
          signal: AbortSignal.timeout(timeoutMs),
        };
        await transport.sendMail(mail);
        return { status: 'sent' };
      } catch (error) {
        const { response } = error as NodemailerError;
        if (isHandedOver && response === undefined) return { status: 'sent', isUnconfirmed: true };
        return failureOf(error as NodemailerError);
      }
    },
    async [Symbol.asyncDispose]() {
      transport.close();
      sockets[Symbol.dispose]();
    },
  };
}

/** The headers let mail programs unsubscribe (RFC 2369, RFC 8058) and suppress automatic replies (RFC 3834). */
function mailOf(message: Message, address: string, unsubscribe: URL): SendMailOptions {
  return {
    // A plain text would be parsed as a list of mailboxes.
    to: { name: '', address },
    ...emailContent(message, unsubscribe.href),
    headers: {
      'List-Unsubscribe': { prepared: true, value: `<${unsubscribe.href}>` },
      // One-click unsubscribe is defined only for https.
      ...(unsubscribe.protocol === 'https:' ? { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' } : {}),
      'Auto-Submitted': 'auto-generated',
    },
  };
}

function failureOf({ code, command, response, responseCode }: NodemailerError): Failure {
  if (code === 'EABORT' || code === 'ETIMEDOUT')
    return temporaryFailure('The mail server did not answer in time.');
  const isAboutMessage = code === 'EENVELOPE' || code === 'EMESSAGE';
  if (response === undefined || responseCode === undefined)
    return isAboutMessage
      ? permanentFailure('This e-mail cannot be sent over SMTP.')
      : temporaryFailure(`The mail server cannot be reached: ${code ?? 'unknown error'}.`);
  const reason = `The mail server answered: ${response}`;
  if (!isAboutMessage || responseCode < 500) return temporaryFailure(reason);
  return { ...permanentFailure(reason), ...(refusesRecipient(response, command) ? { isGone: true } : {}) };
}

/**
 * Whether a 5xx reply refuses the recipient for good. An enhanced status says so (RFC 3463 sections 3.2 and 3.3: the address,
 * but not that of the sender, or a disabled mailbox). Without one, it is a reply to RCPT that says that there is no such
 * mailbox, or that it is not here (RFC 5321 section 4.2.3). Other replies to RCPT are about the policy of the server.
 */
function refusesRecipient(response: string, command: string | undefined): boolean {
  const status = /^5\d\d[ -](5\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
  if (status !== undefined) return /^5\.(1\.([0-6]|10)|2\.1)$/.test(status);
  return command === 'RCPT TO' && /^55[013]/.test(response);
}

function invalid(message: string): AppError {
  return new AppError('invalid-configuration', message);
}
