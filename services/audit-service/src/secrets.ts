import { auditSecret, components } from '@rondo/shared/contracts/topics';
import { AppError } from '@rondo/shared/errors';
import type { DaprClient } from '@rondo/shared/messaging/dapr-client';
import { openCheckpointKeys, type CheckpointKeys } from './domain/checkpoint-keys.ts';

/** The entry of the secret that holds the keys: each 32 random bytes in base64, separated by commas. The first one signs. */
const entry = 'checkpoint-keys';

/** @throws AppError `secret-missing`, `secret-unreadable`, `sidecar-unavailable` */
export async function readCheckpointKeys(dapr: DaprClient): Promise<CheckpointKeys> {
  const { [entry]: keys } = await dapr.getSecret(components.secrets, auditSecret);
  if (!keys)
    throw new AppError(
      'secret-missing',
      `The secret ${auditSecret} must have an entry ${entry}: 32 random bytes in base64.`,
    );
  try {
    return openCheckpointKeys(keys);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('secret-unreadable', `The entry ${entry} of the secret ${auditSecret}: ${reason}.`, {
      cause,
    });
  }
}
