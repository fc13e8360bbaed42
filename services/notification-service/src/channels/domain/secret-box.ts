import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { AppError } from '@rondo/shared/errors';

export type SecretBox = {
  /** Encrypts a text for a context, such as the id of what it belongs to; elsewhere it does not open. */
  seal(plain: string, context: string): string;
  /** @throws AppError `secret-unreadable` where it was changed, is another context's, or no key opens it */
  open(sealed: string, context: string): string;
};

type Key = { id: string; bytes: Buffer };

const version = 'v1';
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Seals secrets at rest by AES-256-GCM (NIST SP 800-38D; a random nonce of 96 bits, so at most 2^32 texts a key). `keys`
 * is one or more keys of 32 bytes in base64, apart by commas: the first seals, all of them open, so that a new key is put
 * in front of the old one. A sealed text is `v1.<key id>.<base64url of nonce, ciphertext, tag>`.
 * @throws AppError `invalid-configuration` where a key is not 32 bytes
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
      // Decoding is lenient, and a sealed text has one spelling alone.
      const isWellFormed = given === version && more.length === 0 && bytes.toString('base64url') === text;
      if (!isWellFormed || bytes.length < nonceBytes + tagBytes)
        throw unreadable('is not one that was sealed');
      const key = all.find(({ id }) => id === keyId);
      if (!key) throw unreadable('was sealed with a key that is not here');
      try {
        const nonce = bytes.subarray(0, nonceBytes);
        const decipher = createDecipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: tagBytes })
          .setAAD(authenticated(key.id, context))
          .setAuthTag(bytes.subarray(-tagBytes));
        return `${decipher.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8')}${decipher.final('utf8')}`;
      } catch (cause) {
        throw unreadable('was changed, or belongs to something else', cause);
      }
    },
  };
}

function keyOf(text: string): Key {
  const bytes = Buffer.from(text.trim(), 'base64');
  if (bytes.length !== 32)
    throw new AppError('invalid-configuration', 'A key for secrets is 32 bytes in base64.');
  // Says which key it is, and nothing of the key.
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
