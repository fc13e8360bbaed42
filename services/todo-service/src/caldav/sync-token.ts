import { DavRefusal } from './dav-refusal.ts';
import { dav } from './namespaces.ts';

/**
 * How far a client has read a collection: events up to `seq`, and objects up to `revision`, of one history of the installation.
 * `day` tells which completed tasks were in the collection. `after` is the last task of an initial report that was cut off.
 */
export type SyncToken = { historyId: string; seq: number; revision: number; day: number; after?: string };

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const number = '(\\d{1,15})';
const pattern = new RegExp(`^data:,(${uuid})/${number}/${number}/${number}(?:/(${uuid}))?$`);

export function writeSyncToken({ historyId, seq, revision, day, after }: SyncToken): string {
  return `data:,${historyId}/${seq}/${revision}/${day}${after === undefined ? '' : `/${after}`}`;
}

/** @throws DavRefusal 403 `valid-sync-token` if it is none of ours */
export function readSyncToken(text: string): SyncToken {
  const [, historyId, seq, revision, day, after] = pattern.exec(text) ?? [];
  if (historyId === undefined) throw invalidSyncToken();
  const numbers = { seq: Number(seq), revision: Number(revision), day: Number(day) };
  return { historyId, ...numbers, ...(after === undefined ? {} : { after }) };
}

/** 403: the client must read the collection again (RFC 6578 section 3.2). */
export function invalidSyncToken(): DavRefusal {
  return new DavRefusal(403, 'The sync token is unknown or too old. Read the collection again.', {
    namespace: dav,
    name: 'valid-sync-token',
  });
}
