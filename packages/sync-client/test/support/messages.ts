import type { ChangePage, ServerMessage, SyncEvent } from '../../src/protocol.ts';
import { historyId, workspaceId } from './scripted-client.ts';

/** The numbers from 1 to `to`. */
export const count = (to: number) => Array.from({ length: to }, (_, n) => n + 1);

export const event = (seq: number): ServerMessage<SyncEvent> => ({ type: 'event', event: { seq } });

export const heartbeat = (
  seq: number | null,
  history: string | null = historyId,
): ServerMessage<SyncEvent> => ({
  type: 'heartbeat',
  seq,
  history_id: history,
});

export const resync = (history: string | null): ServerMessage<SyncEvent> => ({
  type: 'resync',
  seq: null,
  workspace_id: workspaceId,
  history_id: history,
});

export const page = (from: number, to: number, head = to): ChangePage<SyncEvent> => ({
  changes: Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => ({ seq: from + n })),
  head,
  has_more: to < head,
  history_id: historyId,
});
