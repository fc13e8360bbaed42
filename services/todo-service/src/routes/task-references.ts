import type { FastifyRequest } from 'fastify';
import { numberIn } from '@rondo/shared/contracts/task-reference';
import { invalidInput, notFound } from '@rondo/shared/errors';
import type { HttpServer } from '@rondo/shared/http/http-server';
import type { TodoContext } from '../context.ts';
import { findIdsOfNumbers } from '../queries/find-ids-of-numbers.ts';

/** A number of a task in a request, and where it is to be replaced by the id. `field` is undefined for one in the path. */
type Reference = { number: number; holder: Record<string, unknown>; key: string; field?: string };

const keysOfTasks = ['id', 'parent_id', 'after', 'before', 'task'];

/**
 * Replaces numbers of tasks (`#12`) in path, query and body by their ids, so that everything behind it knows only ids. Schemas
 * admit numbers only where a task is meant.
 */
export function resolveTaskReferences(app: HttpServer, ctx: Pick<TodoContext, 'reads'>): void {
  app.addHook('preHandler', async (request) => {
    // An address that leads nowhere has no identity.
    if (request.is404) return;
    const references = referencesIn(request);
    if (references.length === 0) return;
    const numbers = references.map(({ number }) => number);
    const ids = await findIdsOfNumbers({ database: ctx.reads }, request.identity.workspaceId, numbers);
    for (const { number, holder, key, field } of references) {
      const id = ids.get(number);
      if (id === undefined && field === undefined) throw notFound('task');
      if (id === undefined)
        throw invalidInput([{ field: field ?? key, message: 'is not one of your tasks' }]);
      holder[key] = id;
    }
  });
}

function referencesIn({ params, query, body }: FastifyRequest): Reference[] {
  const { operations, query: saved } = recordOf(body);
  return [
    ...referencesOf(recordOf(params)).map(({ field: _inPath, ...reference }) => reference),
    ...referencesOf(recordOf(query)),
    ...referencesOf(recordOf(body)),
    ...referencesOf(recordOf(saved), 'query/'),
    ...(Array.isArray(operations) ? operations : []).flatMap((operation, index) =>
      referencesOf(recordOf(operation), `operations/${index}/`),
    ),
  ];
}

function referencesOf(holder: Record<string, unknown>, path = ''): Reference[] {
  return keysOfTasks.flatMap((key) => {
    const value = holder[key];
    const number = typeof value === 'string' ? numberIn(value) : undefined;
    return number === undefined ? [] : [{ number, holder, key, field: path + key }];
  });
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
