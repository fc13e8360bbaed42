import { DavRefusal } from './dav-refusal.ts';

/** The headers `If-Match` and `If-None-Match` (RFC 9110 sections 13.1.1 and 13.1.2). */
export type Preconditions = { ifMatch: string | undefined; ifNoneMatch: string | undefined };

/** @throws DavRefusal 412 unless the object with this ETag, or the one that is not there, is what the client expects */
export function checkPreconditions({ ifMatch, ifNoneMatch }: Preconditions, etag: string | undefined): void {
  if (ifMatch !== undefined && !names(ifMatch, etag))
    throw new DavRefusal(412, etag === undefined ? 'There is no such object.' : 'The object was changed.');
  if (ifNoneMatch !== undefined && names(ifNoneMatch, etag))
    throw new DavRefusal(412, 'There is such an object already.');
}

function names(header: string, etag: string | undefined): boolean {
  if (etag === undefined) return false;
  const given = header.split(',').map((one) => one.trim());
  // A proxy that compresses answers makes ETags weak.
  return given.some((one) => one === '*' || one.replace(/^W\//, '') === etag);
}
