import { randomFillSync } from 'node:crypto';

// Asking the system for a few random bytes costs more than the rest of a small request.
const pool = Buffer.alloc(8 * 1024);
let used = pool.length;

/** `bytes` random bytes (at most 8 KiB) in hexadecimal. */
export function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}
