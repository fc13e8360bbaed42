import type { Ids } from '@rondo/shared/clock';
import type { EditOccurrence } from '@rondo/shared/contracts/task-command';
import type { OutgoingMessage } from '@rondo/shared/messaging/message-outbox';
import { commandMessage } from '../../store/command-message.ts';
import type { OpenSeries } from './change-series.ts';

/** The command to Todo to change the current task of a series. */
export function editMessage(
  { series: { workspace_id, current_task_id: task_id }, context }: OpenSeries,
  patch: EditOccurrence['patch'],
  ids: Ids,
): OutgoingMessage {
  return commandMessage({ command_type: 'edit-occurrence', workspace_id, task_id, patch }, { ids, context });
}
