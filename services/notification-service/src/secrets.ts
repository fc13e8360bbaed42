import { Type, type Static } from 'typebox';
import { components } from '@rondo/shared/contracts/topics';
import { parseEnvironment } from '@rondo/shared/runtime/config';
import type { DaprClient } from '@rondo/shared/runtime/dapr-client';

/** The secret of this service. Without the entries of a channel, that channel can't be added. */
export const notificationSecret = 'rondo-notification';

const text = Type.String({ minLength: 1 });
const entries = Type.Object({
  'encryption-keys': text,
  'vapid-public-key': Type.Optional(text),
  'vapid-private-key': Type.Optional(text),
  'vapid-subject': Type.Optional(text),
  'smtp-url': Type.Optional(text),
  'smtp-from': Type.Optional(text),
});
export type NotificationSecrets = Static<typeof entries>;

/** @throws AppError `secret-missing`, `sidecar-unavailable`, and `invalid-configuration` that names what is missing */
export async function readSecrets(dapr: DaprClient): Promise<NotificationSecrets> {
  return parseEnvironment(entries, await dapr.getSecret(components.secrets, notificationSecret));
}
