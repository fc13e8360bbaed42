import { AppError } from '../errors.ts';

/** The ETags that a condition names, without the mark of weak ones; `*` stands for any. */
export type EntityTags = '*' | string[];

/** One element of the list with its comma. The list may have empty elements, and a tag may contain a comma. */
const element = /[ \t]*(?:(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")[ \t]*)?(?:,|$)/gy;

/**
 * Reads `If-Match` or `If-None-Match` (RFC 9110 sections 8.8.3 and 13.1). Weak tags compare like strong ones: a proxy that compresses an
 * answer makes its ETag weak.
 * @throws AppError 400 if a tag is malformed
 */
export function readEntityTags(field: 'If-Match' | 'If-None-Match', value: string): EntityTags {
  if (value.trim() === '*') return '*';
  const elements = [...value.matchAll(element)];
  const tags = elements.flatMap(([, tag]) => tag ?? []);
  const readLength = elements.reduce((length, [text]) => length + text.length, 0);
  if (readLength < value.length)
    throw new AppError('bad-request', `${field} is neither * nor a list of ETags, such as "1".`);
  return tags;
}
