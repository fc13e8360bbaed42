import { createHash } from 'node:crypto';
import { uuidOfBytes } from './uuid-of-bytes.ts';

/** A UUIDv5 (RFC 9562 section 5.5) of a name in a namespace, itself a UUID: who has both has the id. */
export function uuidOfName(namespace: string, name: string): string {
  const bytes = Buffer.from(namespace.replaceAll('-', ''), 'hex');
  return uuidOfBytes(createHash('sha1').update(bytes).update(name).digest(), 5);
}

/** The id of the task that follows a completed one: the same whoever computes it, however often. */
export function successorIdOf(taskId: string): string {
  return uuidOfName(taskId, 'successor');
}
