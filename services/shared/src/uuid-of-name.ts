import { v5 } from 'uuid';

/**
 * A UUIDv5 (RFC 9562 section 5.5) of a name in a namespace. The namespace may be any 128-bit id: `uuid` accepts only those
 * with a known version and variant as text, and an issuer's `sub` need not have either.
 */
export function uuidOfName(namespace: string, name: string): string {
  return v5(name, Buffer.from(namespace.replaceAll('-', ''), 'hex'));
}
