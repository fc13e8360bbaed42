import { Type } from 'typebox';
import { Problem } from '@rondo/shared/contracts/problem';
import { Uuid } from '@rondo/shared/contracts/scalars';
import {
  ScheduleEdit,
  ScheduleEnd,
  SchedulePage,
  SchedulePreview,
  SchedulePreviewRequest,
  ScheduleSettingsPatch,
  ScheduleWithHistory,
} from '@rondo/shared/contracts/schedule';
import type { HttpServer } from '@rondo/shared/http/http-server';
import type { Asker } from './commands/change-series.ts';
import { changeSettings, editSeries, endSeries } from './commands/edit-series.ts';
import { pauseSeries, resumeSeries } from './commands/pause-series.ts';
import { skipOccurrence } from './commands/skip-occurrence.ts';
import { previewSchedule } from './queries/preview-schedule.ts';
import { findSchedule, listSchedules, ScheduleFilter } from './queries/read-schedules.ts';
import type { RecurringContext } from './tables.ts';

const params = Type.Object({ id: Uuid });
const failures = { 401: Problem, 404: Problem, 409: Problem, 422: Problem, 503: Problem };
const described = (summary: string) => ({ tags: ['schedules'], summary });

/** Adds what people ask of recurrence. */
export function addScheduleRoutes(app: HttpServer, ctx: RecurringContext): void {
  app.post(
    '/api/v1/schedules/preview',
    {
      schema: {
        ...described('The next occurrences of a rule, and the rule in words'),
        body: SchedulePreviewRequest,
        response: { 200: SchedulePreview, 401: Problem, 422: Problem },
      },
    },
    ({ body }) => previewSchedule(body),
  );
  app.get(
    '/api/v1/schedules',
    {
      schema: {
        ...described('The series of recurring tasks, the youngest first'),
        querystring: ScheduleFilter,
        response: { 200: SchedulePage, ...failures },
      },
    },
    ({ identity, query }) => listSchedules(ctx, identity.workspace_id, query),
  );
  app.get(
    '/api/v1/schedules/:id',
    {
      schema: {
        ...described('One series and its history'),
        params,
        response: { 200: ScheduleWithHistory, ...failures },
      },
    },
    ({ identity, params: { id } }) => findSchedule(ctx, identity.workspace_id, id),
  );
  app.patch(
    '/api/v1/schedules/:id',
    {
      schema: {
        ...described('Change what its tasks do not say: overdue, policies, extra and left out dates'),
        params,
        body: ScheduleSettingsPatch,
        response: { 200: ScheduleWithHistory, ...failures },
      },
    },
    (request) => answered(request, changeSettings(ctx, request, request.params.id, request.body)),
  );
  for (const [verb, summary, run] of [
    ['pause', 'No occurrences and no reminders until it is resumed', pauseSeries],
    ['resume', 'Let it go on', resumeSeries],
  ] as const) {
    app.post(
      `/api/v1/schedules/:id/${verb}`,
      { schema: { ...described(summary), params, response: { 200: ScheduleWithHistory, ...failures } } },
      (request) => answered(request, run(ctx, request, request.params.id)),
    );
  }
  app.post(
    '/api/v1/schedules/:id/skip',
    {
      schema: {
        ...described('Let the open occurrence go; the next one follows shortly'),
        params,
        response: { 202: ScheduleWithHistory, ...failures },
      },
    },
    async (request, reply) =>
      reply.code(202).send(await answered(request, skipOccurrence(ctx, request, request.params.id))),
  );
  app.post(
    '/api/v1/schedules/:id/edit',
    {
      schema: {
        ...described('Change the open occurrence, or it and all that follow; the task follows shortly'),
        params,
        body: ScheduleEdit,
        response: { 202: ScheduleWithHistory, ...failures },
      },
    },
    async (request, reply) =>
      reply
        .code(202)
        .send(await answered(request, editSeries(ctx, request, request.params.id, request.body))),
  );
  app.post(
    '/api/v1/schedules/:id/end',
    {
      schema: {
        ...described('End it now, after so many occurrences, or on a day; the task follows shortly'),
        params,
        body: ScheduleEnd,
        response: { 202: ScheduleWithHistory, ...failures },
      },
    },
    async (request, reply) =>
      reply.code(202).send(await answered(request, endSeries(ctx, request, request.params.id, request.body))),
  );

  async function answered(
    { identity, params: { id } }: Asker & { params: { id: string } },
    done: Promise<void>,
  ): Promise<ScheduleWithHistory> {
    await done;
    return findSchedule(ctx, identity.workspace_id, id);
  }
}
