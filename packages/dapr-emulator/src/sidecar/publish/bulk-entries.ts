import { isBinary, isCloudEvent, isJson, isText } from './content-type.ts';
import { invalidEntries, invalidEntryId, mismatchedEvent, type Destination } from './errors.ts';

/** An entry of a bulk publish. `bytes` is its event, decoded by its content type. */
export type BulkEntry = {
  entryId: string;
  contentType: string;
  bytes: Buffer | string;
  isKnownJson: boolean;
  metadata: Record<string, string> | undefined;
};

type GivenEntry = {
  entryId?: unknown;
  event?: unknown;
  contentType?: unknown;
  metadata?: Record<string, string>;
};

/** Reads the entries of a bulk publish. @throws DaprError if any of them is invalid */
export function readEntries(body: unknown, destination: Destination): BulkEntry[] {
  if (body !== null && !Array.isArray(body)) throw invalidEntries(destination, 'the body is not an array');
  const seen = new Set<string>();
  return ((body ?? []) as (GivenEntry | null)[]).map((given) => {
    const { entryId = '', event = null, contentType = '', metadata } = given ?? {};
    if (typeof entryId !== 'string' || typeof contentType !== 'string')
      throw invalidEntries(destination, 'entryId and contentType have to be of type string');
    const read = bytesOf(event, contentType, destination);
    if (entryId === '' || seen.has(entryId)) throw invalidEntryId(destination);
    seen.add(entryId);
    return { entryId, contentType, ...read, metadata: metadata ?? undefined };
  });
}

function bytesOf(
  event: unknown,
  contentType: string,
  destination: Destination,
): Pick<BulkEntry, 'bytes' | 'isKnownJson'> {
  if (isJson(contentType) || isCloudEvent(contentType))
    return { bytes: JSON.stringify(event), isKnownJson: true };
  if (typeof event !== 'string' || !(isText(contentType) || isBinary(contentType)))
    throw mismatchedEvent(destination, 'error: mismatch between contentType and event');
  if (!isBinary(contentType)) return { bytes: event, isKnownJson: false };
  const bytes = Buffer.from(event, 'base64');
  if (bytes.toString('base64') === event) return { bytes, isKnownJson: false };
  throw mismatchedEvent(
    destination,
    'error: unable to decode base64 application/octect-stream data: illegal base64 data',
  );
}
