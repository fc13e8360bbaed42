import { createHash } from 'node:crypto';

/** What is kept of a feed's secret. It is 256 random bits, so that its hash needs neither salt nor slowness. */
export function hashOfSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
