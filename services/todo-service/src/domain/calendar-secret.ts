import { createHash } from 'node:crypto';

/** Hashes a feed's secret for storage. The secret is 256 random bits, so the hash needs no salt and may be fast. */
export function hashOfSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
