import type { TestContext } from 'node:test';
import { createEmailChannel } from '../../src/channels/transports/email.ts';
import type { NamesOptions } from '../../src/channels/transports/names/names.ts';
import { openNames } from './open-names.ts';

/** Where test e-mails go. */
export const target = {
  address: 'ada@example.org',
  unsubscribeUrl: 'https://app.example.org/unsubscribe?token=a.b-c',
};

/** Opens an e-mail channel for the time of a test. */
export function openEmail(
  t: TestContext,
  smtpUrl: string,
  timeoutMs = 10_000,
  options: Partial<NamesOptions> = {},
) {
  const names = openNames(t, options);
  const email = createEmailChannel({ smtpUrl, from: 'Rondo <rondo@mail.example.org>', names, timeoutMs });
  t.after(() => email[Symbol.asyncDispose]());
  return email;
}
