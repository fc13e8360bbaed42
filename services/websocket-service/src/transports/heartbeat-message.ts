import type { ServerMessage } from '@rondo/shared/contracts/sync-message';
import type { WorkspaceBuffers } from '../domain/workspace-buffer.ts';

/** A heartbeat for the sockets of a workspace, as JSON text. */
export function heartbeatMessage(buffers: WorkspaceBuffers, workspaceId: string): string {
  const heartbeat: ServerMessage = {
    type: 'heartbeat',
    seq: buffers.head(workspaceId),
    history_id: buffers.historyId,
  };
  return JSON.stringify(heartbeat);
}
