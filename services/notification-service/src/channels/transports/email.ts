import { createTransport, type NodemailerError, type SendMailOptions } from 'nodemailer';
import { AppError } from '@rondo/shared/errors';
import { passingFailure, permanentFailure, type Channel, type Failure, type Message } from '../domain/channel.ts';
import { emailContent } from './email-content.ts';

/** `unsubscribe_url` answers a POST without a login, and is for this target alone. */
export type EmailTarget = { address: string; unsubscribe_url: string };

export type EmailOptions = {
  /** `smtp://` (STARTTLS where offered; `?requireTLS=true` insists) or `smtps://`, with user and password in it. */
  smtp_url: string;
  /** The sender as in a header: `Rondo <rondo@example.org>`. */
  from: string;
  /** For one e-mail, with the wait for a connection; 10 s by default. */
  timeout_ms?: number;
};

/** One mailbox, and nothing that would make a list or a header of it (RFC 5321 section 4.1.2, without quoted names). */
const mailbox = /^[^\s\p{Cc}@<>()[\]\\,;:"]+@[^\s\p{Cc}@<>()[\]\\,;:"]+$/u;

/**
 * E-mails over SMTP, on connections that are kept. A refusal by 5xx is permanent, and 550 5.1.1 (RFC 3463 section 3.2)
 * says that there is no such mailbox; a refusal of this service, such as of its password, is not about the message, so
 * that may pass.
 * @throws AppError `invalid-configuration` where the URL or the sender is none
 */
export function createEmailChannel({
  smtp_url: smtpUrl,
  from,
  timeout_ms: timeout = 10_000,
}: EmailOptions): Channel<EmailTarget> & AsyncDisposable {
  const domain = /@([^\s<>@]+)>?$/.exec(from)?.[1];
  if (domain === undefined) throw invalid('The sender of e-mails is not an address.');
  if (!/^smtps?:\/\/[^/]/.test(smtpUrl)) throw invalid('The SMTP server is not an smtp:// or smtps:// URL.');
  const transport = createTransport({
    pool: true,
    url: smtpUrl,
    // A connection that the server closed while it was idle shows when it is used: one more try, on a new one.
    maxRequeues: 1,
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    disableFileAccess: true,
    disableUrlAccess: true,
  });

  return {
    async send(message, { address, unsubscribe_url: unsubscribeUrl }, { now }) {
      if (!mailbox.test(address)) return permanentFailure('The address is not one of e-mail.');
      const unsubscribe = URL.parse(unsubscribeUrl);
      if (!unsubscribe || !/^https?:$/.test(unsubscribe.protocol))
        return permanentFailure('The address to unsubscribe is not one of the web.');
      try {
        await transport.sendMail({
          ...mailOf(message, address, unsubscribe),
          from,
          date: now,
          // From the message's id, so that a mailbox recognises a repetition.
          messageId: `<${message.id}@${domain}>`,
          signal: AbortSignal.timeout(timeout),
        });
        return { status: 'sent' };
      } catch (error) {
        return failureOf(error as NodemailerError);
      }
    },
    async [Symbol.asyncDispose]() {
      transport.close();
    },
  };
}

/** The headers let a mail program unsubscribe (RFC 2369, RFC 8058) and automatic replies not be sent (RFC 3834). */
function mailOf(message: Message, address: string, unsubscribe: URL): SendMailOptions {
  return {
    // As a pair it is one mailbox; a plain text would be read as a list of them.
    to: { name: '', address },
    ...emailContent(message, unsubscribe.href),
    headers: {
      'List-Unsubscribe': { prepared: true, value: `<${unsubscribe.href}>` },
      // A click that posts is for https alone.
      ...(unsubscribe.protocol === 'https:' ? { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' } : {}),
      'Auto-Submitted': 'auto-generated',
    },
  };
}

function failureOf({ code, response, responseCode }: NodemailerError): Failure {
  if (code === 'EABORT' || code === 'ETIMEDOUT')
    return passingFailure('The mail server did not answer in time.');
  const isAboutMessage = code === 'EENVELOPE' || code === 'EMESSAGE';
  if (response === undefined || responseCode === undefined)
    return isAboutMessage
      ? permanentFailure('This e-mail cannot be sent over SMTP.')
      : passingFailure(`The mail server can't be reached: ${code ?? 'unknown error'}.`);
  const reason = `The mail server answered: ${response}`;
  if (!isAboutMessage || responseCode < 500) return passingFailure(reason);
  const isGone = /^550[ -]5\.1\.1\b/.test(response);
  return { ...permanentFailure(reason), ...(isGone ? { is_gone: true } : {}) };
}

function invalid(message: string): AppError {
  return new AppError('invalid-configuration', message);
}
