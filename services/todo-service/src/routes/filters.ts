import { Type } from 'typebox';
import type { ErrorCode } from '@rondo/shared/contracts/error-codes';
import { exampleIds } from '@rondo/shared/contracts/example-ids';
import { Uuid } from '@rondo/shared/contracts/scalars';
import { notFound } from '@rondo/shared/errors';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { answerWith, idempotencyHeaders as headers } from '@rondo/shared/http/idempotency-key';
import { createFilter } from '../commands/create-filter.ts';
import { deleteFilter } from '../commands/delete-filter.ts';
import { replaceFilter } from '../commands/replace-filter.ts';
import type { TodoContext } from '../context.ts';
import { FilterCreation, FilterReplacement, SavedFilter } from '../domain/saved-filter.ts';
import { findFilter, listFilters } from '../queries/find-filters.ts';
import { keyedContext } from './command-context.ts';

const tags = ['filters'];
const path = '/api/v1/filters';
const params = Type.Object({ id: Uuid });
const exampleContent = {
  name: 'Bills',
  query: { status: ['pending'], label: ['bills'], sort: 'due' },
} satisfies Pick<FilterCreation, 'name' | 'query'>;
const exampleFilter: SavedFilter = {
  id: exampleIds.task,
  ...exampleContent,
  rank: 'V',
  created_at: '2027-01-04T09:15:00.000Z',
  updated_at: '2027-01-04T09:15:00.000Z',
};

const schemas = {
  list: {
    tags,
    summary: 'List the saved filters',
    description:
      'Lists the saved filters of the workspace by their ranks. `GET /api/v1/tasks?filter={id}` lists the tasks of one.',
    response: { 200: Type.Array(SavedFilter) },
    example: { response: [exampleFilter] },
  },
  create: {
    tags,
    summary: 'Save a filter',
    description:
      'Saves the parameters of a list under a name, at most 100 in a workspace. Give an `id` or an `Idempotency-Key` to retry safely: a second creation under an id is a 200 with the filter.',
    operationId: 'createFilter',
    headers,
    body: FilterCreation,
    response: { 200: SavedFilter, 201: SavedFilter },
    example: { request: exampleContent, response: exampleFilter },
    problems: ['quota-exceeded'] satisfies ErrorCode[],
  },
  get: {
    tags,
    summary: 'Get a saved filter',
    description: 'Returns a saved filter.',
    operationId: 'getFilter',
    params,
    response: { 200: SavedFilter },
    example: { response: exampleFilter },
    problems: ['not-found'] satisfies ErrorCode[],
  },
  replace: {
    tags,
    summary: 'Replace a saved filter',
    description: 'Replaces name and parameters of a saved filter. Without a `rank` it keeps its place.',
    operationId: 'replaceFilter',
    headers,
    params,
    body: FilterReplacement,
    response: { 200: SavedFilter },
    example: { request: exampleContent, response: exampleFilter },
    problems: ['not-found'] satisfies ErrorCode[],
  },
  delete: {
    tags,
    summary: 'Delete a saved filter',
    description: 'Deletes a saved filter. Its tasks stay.',
    operationId: 'deleteFilter',
    headers,
    params,
    response: { 204: Type.Null() },
    problems: ['not-found'] satisfies ErrorCode[],
  },
};

/** Adds the saved filters. */
export function addFilterRoutes(app: HttpServer, ctx: TodoContext): void {
  const reading = { database: ctx.reads };
  app.get(path, { schema: schemas.list }, ({ identity }) => listFilters(reading, identity.workspaceId));
  app.post(path, { schema: schemas.create }, async (request, reply) => {
    const answer = await createFilter(ctx, keyedContext(request), request.body);
    if (answer.status === 201) reply.header('location', `${path}/${answer.body.id}`);
    return answerWith(reply, answer);
  });
  app.get(`${path}/:id`, { schema: schemas.get }, async ({ identity, params: { id } }) => {
    const filter = await findFilter(reading, identity.workspaceId, id);
    if (!filter) throw notFound('filter');
    return filter;
  });
  app.put(`${path}/:id`, { schema: schemas.replace }, async (request, reply) =>
    answerWith(reply, await replaceFilter(ctx, keyedContext(request), request.params.id, request.body)),
  );
  app.delete(`${path}/:id`, { schema: schemas.delete }, async (request, reply) =>
    answerWith(reply, await deleteFilter(ctx, keyedContext(request), request.params.id)),
  );
}
