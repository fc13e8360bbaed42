import { createHash } from 'node:crypto';
import { stringify } from 'uuid';

/** An id that is derived from content: the same content has the same id (UUID version 8, RFC 9562 section 5.8). */
export function idOfHash(content: string | Uint8Array): string {
  const id = createHash('sha256').update(content).digest().subarray(0, 16);
  id[6] = ((id[6] ?? 0) & 0x0f) | 0x80;
  id[8] = ((id[8] ?? 0) & 0x3f) | 0x80;
  return stringify(id);
}
