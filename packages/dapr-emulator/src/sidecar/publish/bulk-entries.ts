import { isBinary, isCloudEvent, isJson, isText } from './content-type.ts';
import { entriesUnreadable, entryIdUnusable, eventMismatched, type Destination } from './errors.ts';

/** An entry of a bulk publish, its event as the bytes that its content type says. */
export type BulkEntry = {
  entry_id: string;
  content_type: string;
  bytes: Buffer | string;
  is_known_json: boolean;
  metadata: Record<string, string> | undefined;
};

type GivenEntry = {
  entryId?: unknown;
  event?: unknown;
  contentType?: unknown;
  metadata?: Record<string, string>;
};

/** Reads the entries of a bulk publish; one that cannot be used is the end of them all. */
export function readEntries(body: unknown, destination: Destination): BulkEntry[] {
  if (body !== null && !Array.isArray(body)) throw entriesUnreadable(destination, 'the body is not an array');
  const seen = new Set<string>();
  return ((body ?? []) as (GivenEntry | null)[]).map((given) => {
    const { entryId = '', event = null, contentType = '', metadata } = given ?? {};
    if (typeof entryId !== 'string' || typeof contentType !== 'string')
      throw entriesUnreadable(destination, 'entryId and contentType have to be of type string');
    const read = bytesOf(event, contentType, destination);
    if (entryId === '' || seen.has(entryId)) throw entryIdUnusable(destination);
    seen.add(entryId);
    return { entry_id: entryId, content_type: contentType, ...read, metadata: metadata ?? undefined };
  });
}

function bytesOf(
  event: unknown,
  contentType: string,
  destination: Destination,
): Pick<BulkEntry, 'bytes' | 'is_known_json'> {
  if (isJson(contentType) || isCloudEvent(contentType))
    return { bytes: JSON.stringify(event), is_known_json: true };
  if (typeof event !== 'string' || !(isText(contentType) || isBinary(contentType)))
    throw eventMismatched(destination, 'error: mismatch between contentType and event');
  if (!isBinary(contentType)) return { bytes: event, is_known_json: false };
  const bytes = Buffer.from(event, 'base64');
  if (bytes.toString('base64') === event) return { bytes, is_known_json: false };
  throw eventMismatched(
    destination,
    'error: unable to decode base64 application/octect-stream data: illegal base64 data',
  );
}
