import type { IncomingMessage } from 'node:http';

/** Whether a request has at most one `Host` header (RFC 9112 section 3.2). Node takes the first of several. */
export function hasOneHost({ rawHeaders }: IncomingMessage): boolean {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count <= 1;
}
