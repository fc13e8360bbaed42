import type { TestContext } from 'node:test';
import { createEmailChannel } from '../../src/channels/transports/email.ts';

/** Where test e-mails go. */
export const target = {
  address: 'ada@example.org',
  unsubscribeUrl: 'https://app.example.org/unsubscribe?token=a.b-c',
};

/** Opens an e-mail channel for the time of a test. */
export function openEmail(t: TestContext, smtpUrl: string, timeoutMs = 10_000) {
  const email = createEmailChannel({ smtpUrl, from: 'Rondo <rondo@mail.example.org>', timeoutMs });
  t.after(() => email[Symbol.asyncDispose]());
  return email;
}
