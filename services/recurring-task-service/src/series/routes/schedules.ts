import { Type } from 'typebox';
import { Problem } from '@rondo/shared/contracts/problem';
import { Uuid } from '@rondo/shared/contracts/scalars';
import { SchedulePage, ScheduleSettingsPatch, ScheduleWithHistory } from '@rondo/shared/contracts/schedule';
import type { HttpServer } from '@rondo/shared/http/http-server';
import type { RecurringContext } from '../../context.ts';
import { changeSettings } from '../commands/change-settings.ts';
import { findSchedule } from '../queries/find-schedule.ts';
import { listSchedules, ScheduleFilter } from '../queries/list-schedules.ts';

const params = Type.Object({ id: Uuid });
const problems = { 401: Problem, 404: Problem, 409: Problem, 422: Problem, 503: Problem };
const described = (summary: string) => ({ tags: ['schedules'], summary });

/** Adds the routes that list, show and configure schedules. */
export function addScheduleRoutes(app: HttpServer, ctx: RecurringContext): void {
  app.get(
    '/api/v1/schedules',
    {
      schema: {
        ...described('List the series of recurring tasks, the newest first'),
        querystring: ScheduleFilter,
        response: { 200: SchedulePage, ...problems },
      },
    },
    ({ identity, query }) => listSchedules(ctx, identity.workspace_id, query),
  );
  app.get(
    '/api/v1/schedules/:id',
    {
      schema: {
        ...described('Get a series and its history'),
        params,
        response: { 200: ScheduleWithHistory, ...problems },
      },
    },
    ({ identity, params: { id } }) => findSchedule(ctx, identity.workspace_id, id),
  );
  app.patch(
    '/api/v1/schedules/:id',
    {
      schema: {
        ...described('Change the settings of a series: overdue, policies, extra and excluded dates'),
        params,
        body: ScheduleSettingsPatch,
        response: { 200: ScheduleWithHistory, ...problems },
      },
    },
    async (request) => {
      await changeSettings(ctx, request, request.params.id, request.body);
      return findSchedule(ctx, request.identity.workspace_id, request.params.id);
    },
  );
}
