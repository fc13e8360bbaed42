import type { EventColumns } from '../domain/event-columns.ts';

/** The PostgreSQL schema of the service. */
export const schema = 'audit_service';

/** The tables of `audit_service`, as queries read them. */
export type Tables = {
  'audit_service.chains': { workspace_id: string; position: number; hash: Buffer };
  'audit_service.audit_records': RecordRow;
  'audit_service.published_seqs': { workspace_id: string; seq: number };
  'audit_service.checkpoints': CheckpointRow;
};

/** One record. `event` is the JSON text that the hash covers. */
export type RecordRow = EventColumns & {
  position: number;
  recorded_at: string;
  event: string;
  previous_hash: Buffer;
  hash: Buffer;
  hash_version: number;
};

/** The signed end of a chain. */
export type CheckpointRow = {
  workspace_id: string;
  position: number;
  seq: number;
  hash: Buffer;
  created_at: string;
  key_id: string;
  signature: Buffer;
};
