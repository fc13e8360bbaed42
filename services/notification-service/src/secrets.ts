import { components, notificationSecret } from '@rondo/shared/contracts/topics';
import type { DaprClient } from '@rondo/shared/messaging/dapr-client';
import { AppError } from '@rondo/shared/errors';

/** The entries of the service's secret. A channel kind whose entries are missing is not available. */
export type NotificationSecrets = Partial<
  Record<'vapid-public-key' | 'vapid-private-key' | 'vapid-subject' | 'smtp-url' | 'smtp-from', string>
> & { 'encryption-keys': string };

/** @throws AppError `secret-missing`, `sidecar-unavailable` */
export async function readSecrets(dapr: DaprClient): Promise<NotificationSecrets> {
  const entries = await dapr.getSecret(components.secrets, notificationSecret);
  const { 'encryption-keys': keys } = entries;
  if (!keys)
    throw new AppError(
      'secret-missing',
      `The secret ${notificationSecret} must have an entry encryption-keys: 32 random bytes in base64.`,
    );
  return { ...entries, 'encryption-keys': keys };
}
