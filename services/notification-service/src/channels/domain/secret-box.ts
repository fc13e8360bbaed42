import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { AppError } from '@rondo/shared/errors';

export type SecretBox = {
  /** Encrypts a text, bound to a context such as the id of its row: it opens only in the same context. */
  seal(plain: string, context: string): string;
  /** @throws AppError `secret-unreadable` if it was modified, belongs to another context, or no key opens it */
  open(sealed: string, context: string): string;
};

type Key = { id: string; bytes: Buffer };

const version = 'v1';
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Encrypts secrets at rest with AES-256-GCM (NIST SP 800-38D; random 96-bit nonces, so at most 2^32 texts per key). `keys`
 * are one or more keys of 32 bytes in base64, separated by commas. The first key seals and all keys open: to rotate, put the
 * new key in front. A sealed text is `v1.<key id>.<base64url of nonce, ciphertext, tag>`.
 * @throws AppError `invalid-configuration` if a key is not 32 bytes
 */
export function createSecretBox(keys: string): SecretBox {
  const all = keys.split(',').map(keyOf);
  const [first] = all as [Key, ...Key[]];

  return {
    seal(plain, context) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', first.bytes, nonce).setAAD(
        authenticated(first.id, context),
      );
      const sealed = Buffer.concat([
        nonce,
        cipher.update(plain, 'utf8'),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
      return `${version}.${first.id}.${sealed.toString('base64url')}`;
    },

    open(sealed, context) {
      const [given, keyId, text = '', ...more] = sealed.split('.');
      const bytes = Buffer.from(text, 'base64url');
      // Node decodes base64url leniently; only the canonical spelling is valid.
      const isWellFormed = given === version && more.length === 0 && bytes.toString('base64url') === text;
      if (!isWellFormed || bytes.length < nonceBytes + tagBytes) throw unreadable('is malformed');
      const key = all.find(({ id }) => id === keyId);
      if (!key) throw unreadable('was sealed with an unknown key');
      try {
        const nonce = bytes.subarray(0, nonceBytes);
        const decipher = createDecipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: tagBytes })
          .setAAD(authenticated(key.id, context))
          .setAuthTag(bytes.subarray(-tagBytes));
        return `${decipher.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8')}${decipher.final('utf8')}`;
      } catch (cause) {
        throw unreadable('was modified or belongs to another context', cause);
      }
    },
  };
}

function keyOf(text: string): Key {
  const bytes = Buffer.from(text.trim(), 'base64');
  if (bytes.length !== 32)
    throw new AppError('invalid-configuration', 'Each encryption key must be 32 bytes in base64.');
  // Identifies the key without revealing it.
  const id = createHash('sha256')
    .update('rondo secret box key id')
    .update(bytes)
    .digest('base64url')
    .slice(0, 8);
  return { id, bytes };
}

function authenticated(keyId: string, context: string): Buffer {
  return Buffer.from(`${version}.${keyId}.${context}`);
}

function unreadable(why: string, cause?: unknown): AppError {
  return new AppError('secret-unreadable', `The sealed secret ${why}.`, { cause });
}
