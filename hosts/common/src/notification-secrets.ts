import { createECDH, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { keptSecret } from '@rondo/gateway/kept-secret';

/** The entries of the secret `rondo-notification`, as in a cluster. */
export type NotificationSecrets = Record<string, string>;

/**
 * Opens the secrets of notification-service: the key that encrypts channels, the key pair that identifies it to browsers
 * (VAPID, RFC 8292: P-256, the public point uncompressed), and, if configured, the mail server.
 */
export async function notificationSecrets(
  dataDir: string,
  smtp: { url: string | undefined; from: string | undefined },
): Promise<NotificationSecrets> {
  const kept = await keptSecret(
    join(dataDir, 'identity', 'notification-secrets.json'),
    makeSecrets,
    'all channels must then be set up again',
  );
  return {
    ...kept,
    ...(smtp.url === undefined ? {} : { 'smtp-url': smtp.url }),
    ...(smtp.from === undefined ? {} : { 'smtp-from': smtp.from }),
  };
}

function makeSecrets(): NotificationSecrets {
  const pair = createECDH('prime256v1');
  const publicKey = pair.generateKeys('base64url', 'uncompressed');
  return {
    'encryption-keys': randomBytes(32).toString('base64'),
    'vapid-public-key': publicKey,
    // A private key with leading zeros is shorter than its 32 bytes.
    'vapid-private-key': Buffer.concat([Buffer.alloc(32), pair.getPrivateKey()])
      .subarray(-32)
      .toString('base64url'),
    'vapid-subject': 'mailto:rondo@localhost.localdomain',
  };
}
