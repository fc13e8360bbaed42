import { TaskEvent } from '@rondo/shared/contracts/task-event';
import { topics } from '@rondo/shared/contracts/topics';
import { defineService } from '@rondo/shared/define-service';
import { consume } from '@rondo/shared/messaging/declare-consumer';
import { messageOutbox } from '@rondo/shared/messaging/message-outbox';
import { auditSettings } from './config.ts';
import { recordAudit } from './consumers/record-audit.ts';
import { createAuditContext } from './context.ts';
import { addProofRoutes } from './routes/proof.ts';
import { addRecordRoutes } from './routes/records.ts';
import { createCheckpointWorker } from './workers/checkpoint-chains.ts';

export const service = defineService({
  name: 'audit-service',
  description: 'Append-only, hash-chained record of every task event',
  settings: auditSettings,
  context: createAuditContext,
  routes: [addRecordRoutes, addProofRoutes],
  consumers: [
    consume({
      topic: topics.taskEvents,
      event: TaskEvent,
      bulk: { maxAwaitMs: 50 },
      knownBy: 'effect',
      handle: recordAudit,
      wakes: ['checkpoints'],
    }),
  ],
  outbox: { of: messageOutbox },
  workers: {
    checkpoints: (ctx, { CHECKPOINT_SECONDS }) =>
      createCheckpointWorker(ctx, { everyMs: CHECKPOINT_SECONDS * 1000 }),
  },
});
