import { createHash } from 'node:crypto';
import { columnFaultOf, type EventColumns } from './event-columns.ts';

/** What a record's hash covers, besides the previous hash. Version 1 covers `seq`, `id` and `event` only. */
export type Link = {
  hash_version: number;
  workspace_id: string;
  position: number;
  seq: number;
  id: string;
  recorded_at: string;
  event: string;
};

/** A record, as the verification needs it. The columns that it has are compared with the event. */
export type ChainedRecord = Link & Partial<EventColumns> & { previous_hash: Buffer; hash: Buffer };

export type BrokenRecord = { position: number; id: string; reason: string };

/** The version of the hash of new records. */
export const newestHashVersion = 2;

/** The previous hash of the first record of a chain. */
export const genesis: Buffer = Buffer.alloc(32);

/** The place after a record: its position and hash, and the highest seq of the records up to it. */
export type ChainPlace = { position: number; hash: Buffer; seq: number };

export const chainStart: ChainPlace = { position: 0, hash: genesis, seq: 0 };

/**
 * SHA-256 (FIPS 180-4) over the previous hash ‖ what `headOf` adds ‖ the event's UTF-8 bytes.
 * @throws RangeError if the version is unknown, or a number has no place in its bytes
 */
export function hashOf(previous: Buffer, link: Link): Buffer {
  return createHash('sha256').update(previous).update(headOf(link)).update(link.event, 'utf8').digest();
}

/**
 * Version 1: seq (8 bytes) ‖ event id (16). Version 2: version (1) ‖ workspace (16) ‖ position (8) ‖ seq (8) ‖ event id (16)
 * ‖ `recorded_at` (8, milliseconds since 1970). Numbers are big endian.
 */
function headOf({ hash_version, workspace_id, position, seq, id, recorded_at }: Link): Buffer {
  if (hash_version === 1) {
    const head = Buffer.alloc(24);
    head.writeBigUInt64BE(BigInt(seq), 0);
    writeUuid(head, id, 8);
    return head;
  }
  if (hash_version !== 2) throw new RangeError(`the hash has the unknown version ${hash_version}`);
  const head = Buffer.alloc(57);
  head.writeUInt8(hash_version, 0);
  writeUuid(head, workspace_id, 1);
  head.writeBigUInt64BE(BigInt(position), 17);
  head.writeBigUInt64BE(BigInt(seq), 25);
  writeUuid(head, id, 33);
  head.writeBigInt64BE(BigInt(Date.parse(recorded_at)), 49);
  return head;
}

function writeUuid(bytes: Buffer, uuid: string, at: number): void {
  bytes.write(uuid.replaceAll('-', ''), at, 16, 'hex');
}

/** Verifies a chain record by record, in the order of positions, and finds the first broken record. */
export type ChainWalk = {
  /** @returns what is wrong with the record, if anything; then the walk is over */
  step(record: ChainedRecord): BrokenRecord | undefined;
  readonly place: ChainPlace;
};

/** @param start the place after which the walk begins, such as a signed one */
export function walkChain(start: ChainPlace = chainStart): ChainWalk {
  let place = start;
  return {
    step(record) {
      const reason = faultOf(record, place);
      if (reason !== undefined) return { position: record.position, id: record.id, reason };
      const { position, hash, seq } = record;
      place = { position, hash, seq: Math.max(place.seq, seq) };
      return undefined;
    },
    get place() {
      return place;
    },
  };
}

function faultOf(record: ChainedRecord, { position, hash }: ChainPlace): string | undefined {
  if (record.position !== position + 1) return `record ${position + 1} is missing before it`;
  if (!record.previous_hash.equals(hash)) return 'it does not follow the hash of the record before it';
  const columnFault = columnFaultOf(record);
  if (columnFault !== undefined) return columnFault;
  return hasItsHash(record, hash) ? undefined : 'its content does not give its hash';
}

function hasItsHash(record: ChainedRecord, previous: Buffer): boolean {
  try {
    return record.hash.equals(hashOf(previous, record));
  } catch (error) {
    // A stored number or time that has no place in the hash: nothing hashes to it.
    if (error instanceof RangeError) return false;
    throw error;
  }
}
