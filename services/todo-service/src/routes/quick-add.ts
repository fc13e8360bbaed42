import { QuickAdd } from '@rondo/shared/contracts/quick-add';
import { PhraseToParse } from '@rondo/shared/contracts/task';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { nextSlice } from '@rondo/shared/workers/slices';
import { zoneOf } from '@rondo/shared/zone-of-person';
import type { TodoContext } from '../context.ts';
import { parsePhrase } from '../domain/quick-add.ts';

const schema = {
  tags: ['tasks'],
  summary: 'Parse a phrase',
  description: 'Shows the task that a quick-add phrase would create, without creating it.',
  operationId: 'parsePhrase',
  body: PhraseToParse,
  response: { 200: QuickAdd },
};

/** Adds the preview of a quick-add phrase. */
export function addQuickAddRoutes(app: HttpServer, ctx: TodoContext): void {
  app.post('/api/v1/tasks/parse', { config: { isRead: true }, schema }, async ({ identity, body }) => {
    await nextSlice();
    return parsePhrase(body, {
      now: ctx.clock.now(),
      timeZone: zoneOf(identity),
      locale: identity.locale,
    });
  });
}
