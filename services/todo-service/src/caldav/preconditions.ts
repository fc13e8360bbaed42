import { readEntityTags, type EntityTags } from '@rondo/shared/http/entity-tags';
import { DavRefusal } from './dav-refusal.ts';

/** The headers `If-Match` and `If-None-Match` (RFC 9110 sections 13.1.1 and 13.1.2). */
export type Preconditions = { ifMatch: string | undefined; ifNoneMatch: string | undefined };

/** @throws AppError 400 if a header is malformed, DavRefusal 412 unless the object with this ETag, or the one that is not there, is what the client expects */
export function checkPreconditions({ ifMatch, ifNoneMatch }: Preconditions, etag: string | undefined): void {
  if (ifMatch !== undefined && !isNamed(readEntityTags('If-Match', ifMatch), etag))
    throw new DavRefusal(412, etag === undefined ? 'There is no such object.' : 'The object was changed.');
  if (ifNoneMatch !== undefined && isNamed(readEntityTags('If-None-Match', ifNoneMatch), etag))
    throw new DavRefusal(412, 'There is such an object already.');
}

function isNamed(tags: EntityTags, etag: string | undefined): boolean {
  return etag !== undefined && (tags === '*' || tags.includes(etag));
}
