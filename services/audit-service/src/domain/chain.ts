import { createHash } from 'node:crypto';

/** What a record's hash covers, besides the previous hash. */
export type Link = { seq: number; id: string; event: string };

/** A record, as the verification needs it. */
export type ChainedRecord = Link & { position: number; previous_hash: Buffer; hash: Buffer };

export type BrokenRecord = { position: number; id: string; reason: string };

/** The previous hash of the first record of a chain. */
export const genesis: Buffer = Buffer.alloc(32);

/** SHA-256 (FIPS 180-4) over previous hash ‖ seq (8 bytes, big endian) ‖ event id (16 bytes) ‖ the event's UTF-8 bytes. */
export function hashOf(previous: Buffer, { seq, id, event }: Link): Buffer {
  const head = Buffer.allocUnsafe(56);
  previous.copy(head, 0);
  head.writeBigUInt64BE(BigInt(seq), 32);
  head.write(id.replaceAll('-', ''), 40, 'hex');
  return createHash('sha256').update(head).update(event, 'utf8').digest();
}

/** Verifies a chain record by record, in the order of positions, and finds the first broken record. */
export type ChainWalk = {
  /** @returns what is wrong with the record, if anything; then the walk is over */
  step(record: ChainedRecord): BrokenRecord | undefined;
  readonly position: number;
  readonly hash: Buffer;
};

export function walkChain(): ChainWalk {
  let position = 0;
  let hash = genesis;
  return {
    step(record) {
      const { id } = record;
      const broken = (reason: string): BrokenRecord => ({ position: record.position, id, reason });
      if (record.position !== position + 1) return broken(`record ${position + 1} is missing before it`);
      if (!record.previous_hash.equals(hash))
        return broken('it does not follow the hash of the record before it');
      if (!record.hash.equals(hashOf(hash, record))) return broken('its content does not give its hash');
      position = record.position;
      hash = record.hash;
      return undefined;
    },
    get position() {
      return position;
    },
    get hash() {
      return hash;
    },
  };
}
