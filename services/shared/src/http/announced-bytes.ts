import type { IncomingHttpHeaders } from 'node:http';

/** The bytes of a body. One that announces no length counts as the limit of its route. */
export function announcedBytes({ headers, limit }: { headers: IncomingHttpHeaders; limit: number }): number {
  return headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : limit;
}
