import { Type } from 'typebox';
import { Problem } from '@rondo/shared/contracts/problem';
import { Uuid } from '@rondo/shared/contracts/scalars';
import { ScheduleEdit, ScheduleEnd, ScheduleWithHistory } from '@rondo/shared/contracts/schedule';
import type { HttpServer } from '@rondo/shared/http/http-server';
import type { RecurringContext } from '../../context.ts';
import { editSeries } from '../commands/edit-series.ts';
import { endSeries } from '../commands/end-series.ts';
import { pauseSeries } from '../commands/pause-series.ts';
import { resumeSeries } from '../commands/resume-series.ts';
import { skipOccurrence } from '../commands/skip-occurrence.ts';
import { findSchedule } from '../queries/find-schedule.ts';
import type { CommandContext } from '../../context.ts';

const params = Type.Object({ id: Uuid });
const problems = { 401: Problem, 404: Problem, 409: Problem, 422: Problem, 503: Problem };
const described = (summary: string) => ({ tags: ['schedules'], summary });

/** Adds the routes that change a schedule. 202: Todo changes the task, which takes a moment. */
export function addScheduleActionRoutes(app: HttpServer, ctx: RecurringContext): void {
  for (const [verb, summary, run] of [
    ['pause', 'Pause a series: no occurrences and no reminders until it is resumed', pauseSeries],
    ['resume', 'Resume a paused series', resumeSeries],
  ] as const) {
    app.post(
      `/api/v1/schedules/:id/${verb}`,
      { schema: { ...described(summary), params, response: { 200: ScheduleWithHistory, ...problems } } },
      (request) => changed(request, run(ctx, request, request.params.id)),
    );
  }
  app.post(
    '/api/v1/schedules/:id/skip',
    {
      schema: {
        ...described('Skip the open occurrence; the next one follows shortly'),
        params,
        response: { 202: ScheduleWithHistory, ...problems },
      },
    },
    async (request, reply) =>
      reply.code(202).send(await changed(request, skipOccurrence(ctx, request, request.params.id))),
  );
  app.post(
    '/api/v1/schedules/:id/edit',
    {
      schema: {
        ...described('Change the open occurrence, or it and all following ones; the task follows shortly'),
        params,
        body: ScheduleEdit,
        response: { 202: ScheduleWithHistory, ...problems },
      },
    },
    async (request, reply) =>
      reply.code(202).send(await changed(request, editSeries(ctx, request, request.params.id, request.body))),
  );
  app.post(
    '/api/v1/schedules/:id/end',
    {
      schema: {
        ...described(
          'End a series now, after a number of occurrences, or on a day; the task follows shortly',
        ),
        params,
        body: ScheduleEnd,
        response: { 202: ScheduleWithHistory, ...problems },
      },
    },
    async (request, reply) =>
      reply.code(202).send(await changed(request, endSeries(ctx, request, request.params.id, request.body))),
  );

  async function changed(
    { identity, params: { id } }: CommandContext & { params: { id: string } },
    command: Promise<void>,
  ): Promise<ScheduleWithHistory> {
    await command;
    return findSchedule(ctx, identity.workspace_id, id);
  }
}
