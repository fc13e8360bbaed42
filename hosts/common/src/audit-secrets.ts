import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { keptSecret } from '@rondo/gateway/kept-secret';

/** The entries of the secret `rondo-audit`, as in a cluster. */
export type AuditSecrets = Record<string, string>;

/**
 * Opens the keys that sign the checkpoints of the audit (Ed25519, 32 bytes in base64). To rotate the key, add a new one before the
 * others, separated by a comma: the first one signs, and checkpoints of the others stay valid.
 */
export async function auditSecrets(dataDir: string): Promise<AuditSecrets> {
  return keptSecret(
    join(dataDir, 'identity', 'audit-secrets.json'),
    () => ({ 'checkpoint-keys': randomBytes(32).toString('base64') }),
    'checkpoints that were made before can then not be verified any more',
  );
}
