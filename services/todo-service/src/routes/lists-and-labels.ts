import type { HttpServer } from '@rondo/shared/http/http-server';
import type { TodoContext } from '../context.ts';
import { createNameCounts, NamesWithCounts } from '../queries/list-names.ts';

const tags = ['tasks'];
const response = { 200: NamesWithCounts };
const schemas = {
  lists: {
    tags,
    summary: 'List the lists in use',
    description: 'Lists the names of all lists that have a task, each with its number of open tasks.',
    response,
    example: { response: [{ name: 'home', open_tasks: 3 }] },
  },
  labels: {
    tags,
    summary: 'List the labels in use',
    description: 'Lists all labels that a task has, each with its number of open tasks.',
    response,
    example: { response: [{ name: 'bills', open_tasks: 2 }] },
  },
};

/** Adds the routes of lists and labels. */
export function addListAndLabelRoutes(app: HttpServer, { reads: database }: TodoContext): void {
  const countNames = createNameCounts({ database });
  app.get('/api/v1/lists', { schema: schemas.lists }, ({ identity }) =>
    countNames('lists', identity.workspaceId),
  );
  app.get('/api/v1/labels', { schema: schemas.labels }, ({ identity }) =>
    countNames('labels', identity.workspaceId),
  );
}
