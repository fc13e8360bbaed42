import { exampleIds } from '@rondo/shared/contracts/example-ids';
import { exampleTask } from '@rondo/shared/contracts/task-example';
import type { HttpServer } from '@rondo/shared/http/http-server';
import type { TodoContext } from '../context.ts';
import { ActivityPage, ActivityQuery, listActivity } from '../queries/list-activity.ts';

const schema = {
  tags: ['tasks'],
  summary: 'List what happened',
  description:
    'Lists the changes of the workspace that match all given filters, newest first, as long as events are kept: who made each one, by which agent, what it changed, and whether it was undone. `POST /api/v1/undo` undoes one by its `command_id` or `turn_id`. A page reads at most 5,000 events, so it may have fewer entries than `limit`, or none, and still a `next_cursor`. Follow it to read all pages.',
  operationId: 'listActivity',
  querystring: ActivityQuery,
  response: { 200: ActivityPage },
  example: {
    response: {
      activity: [
        {
          seq: 1,
          event_id: exampleIds.event,
          event_type: 'task-created',
          timestamp: exampleTask.created_at,
          task_id: exampleIds.task,
          number: 12,
          title: exampleTask.title,
          actor: {
            user_id: exampleIds.person,
            source: 'mcp',
            agent: { client_id: 'assistant', name: 'Assistant' },
          },
          command_id: exampleIds.command,
          turn_id: exampleIds.turn,
          changed: ['title', 'priority', 'labels', 'list', 'due_date'],
          is_undone: false,
        },
      ],
      next_cursor: null,
    },
  },
  problems: [],
};

/** Adds the activity of the workspace. */
export function addActivityRoutes(app: HttpServer, ctx: TodoContext): void {
  app.get('/api/v1/activity', { schema }, ({ identity, query }) =>
    listActivity({ database: ctx.reads }, identity.workspaceId, query),
  );
}
