import { Type } from 'typebox';
import type { ErrorCode } from '@rondo/shared/contracts/error-codes';
import { ScheduleEdit, ScheduleEnd, ScheduleWithHistory } from '@rondo/shared/contracts/schedule';
import { exampleScheduleWithHistory } from '@rondo/shared/contracts/schedule-example';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { answerWith, idempotencyHeaders } from '@rondo/shared/http/idempotency-key';
import { turnHeader } from '@rondo/shared/http/turn-header';
import type { RecurringContext } from '../../context.ts';
import { editSeries } from '../commands/edit-series.ts';
import { endSeries } from '../commands/end-series.ts';
import { pauseSeries } from '../commands/pause-series.ts';
import { resumeSeries } from '../commands/resume-series.ts';
import { skipOccurrence } from '../commands/skip-occurrence.ts';
import { commandContext } from './command-context.ts';
import { scheduleParams as params } from './schedule-params.ts';

/** Of a command that changes a task. */
const headers = Type.Object({ ...idempotencyHeaders.properties, ...turnHeader });
const tags = ['schedules'];
const openProblems: ErrorCode[] = ['not-found', 'series-ended', 'no-open-occurrence'];
const exampleWith = (changed: Partial<ScheduleWithHistory>) => ({
  response: { ...exampleScheduleWithHistory, ...changed },
});

/** Adds the routes that change a schedule. 202: Todo changes the task, which takes a moment. */
export function addScheduleActionRoutes(app: HttpServer, ctx: RecurringContext): void {
  app.post(
    '/api/v1/schedules/:id/pause',
    {
      schema: {
        tags,
        summary: 'Pause a series',
        description: 'Pauses a series: it has no new occurrences and no reminders until it is resumed.',
        headers,
        params,
        response: { 200: ScheduleWithHistory },
        example: exampleWith({ status: 'paused' }),
        problems: ['not-found'],
      },
    },
    async (request, reply) =>
      answerWith(reply, await pauseSeries(ctx, commandContext(request), request.params.id)),
  );
  app.post(
    '/api/v1/schedules/:id/resume',
    {
      schema: {
        tags,
        summary: 'Resume a series',
        description:
          'Resumes a paused series. If its last task is complete, the next occurrence follows shortly.',
        headers,
        params,
        response: { 200: ScheduleWithHistory },
        problems: ['not-found'],
      },
    },
    async (request, reply) =>
      answerWith(reply, await resumeSeries(ctx, commandContext(request), request.params.id)),
  );
  app.post(
    '/api/v1/schedules/:id/skip',
    {
      schema: {
        tags,
        summary: 'Skip an occurrence',
        description:
          'Skips the open occurrence. The answer shows the series as it is now; the next occurrence follows shortly.',
        operationId: 'skipOccurrence',
        headers,
        params,
        response: { 202: ScheduleWithHistory },
        problems: openProblems,
      },
    },
    async (request, reply) =>
      answerWith(reply, await skipOccurrence(ctx, commandContext(request), request.params.id)),
  );
  app.post(
    '/api/v1/schedules/:id/edit',
    {
      schema: {
        tags,
        summary: 'Edit a series',
        description:
          'Changes only the open occurrence, or it and all later ones. The answer shows the series as it is now; its task follows shortly.',
        headers,
        params,
        body: ScheduleEdit,
        response: { 202: ScheduleWithHistory },
        problems: [...openProblems, 'invalid-rule'],
      },
    },
    async (request, reply) =>
      answerWith(reply, await editSeries(ctx, commandContext(request), request.params.id, request.body)),
  );
  app.post(
    '/api/v1/schedules/:id/end',
    {
      schema: {
        tags,
        summary: 'End a series',
        description:
          'Ends a series now, after a number of occurrences, or on a day. The answer shows the series as it is now; its task follows shortly.',
        headers,
        params,
        body: ScheduleEnd,
        response: { 202: ScheduleWithHistory },
        problems: openProblems,
      },
    },
    async (request, reply) =>
      answerWith(reply, await endSeries(ctx, commandContext(request), request.params.id, request.body)),
  );
}
