import { SchedulePage, ScheduleSettingsPatch, ScheduleWithHistory } from '@rondo/shared/contracts/schedule';
import { exampleScheduleWithHistory } from '@rondo/shared/contracts/schedule-example';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { answerWith, idempotencyHeaders as headers } from '@rondo/shared/http/idempotency-key';
import type { RecurringContext } from '../../context.ts';
import { changeSettings } from '../commands/change-settings.ts';
import { findSchedule } from '../queries/find-schedule.ts';
import { listSchedules, ScheduleFilter } from '../queries/list-schedules.ts';
import { commandContext } from './command-context.ts';
import { scheduleParams as params } from './schedule-params.ts';

const tags = ['schedules'];

/** Adds the routes that list, show and configure schedules. */
export function addScheduleRoutes(app: HttpServer, ctx: RecurringContext): void {
  app.get(
    '/api/v1/schedules',
    {
      schema: {
        tags,
        summary: 'List series of recurring tasks',
        description:
          'Lists the series, newest first, each with its rule in words and its next occurrences. A page has at most 1 MiB: the next `offset` is this one and the number of series that you got.',
        querystring: ScheduleFilter,
        response: { 200: SchedulePage },
      },
    },
    ({ identity, query }) => listSchedules(ctx, identity.workspaceId, query),
  );
  app.get(
    '/api/v1/schedules/:id',
    {
      schema: {
        tags,
        summary: 'Get a series',
        description:
          'Returns a series and its last 200 changes. Its id is the `series_id` of its tasks; the number of any of them finds it, too.',
        params,
        response: { 200: ScheduleWithHistory },
        problems: ['not-found'],
      },
    },
    ({ identity, params: { id } }) => findSchedule(ctx, identity.workspaceId, id),
  );
  app.patch(
    '/api/v1/schedules/:id',
    {
      schema: {
        tags,
        summary: 'Change the settings of a series',
        description:
          'Changes only the given settings: what follows an overdue completion, policies, extra and excluded dates.',
        headers,
        params,
        body: ScheduleSettingsPatch,
        response: { 200: ScheduleWithHistory },
        example: {
          response: {
            ...exampleScheduleWithHistory,
            overdue: 'every',
            exdates: ['2027-03-01T09:00:00+01:00'],
            next_occurrences: ['2027-04-01T09:00:00+02:00', '2027-05-01T09:00:00+02:00'],
          },
        },
        problems: ['not-found', 'invalid-rule'],
      },
    },
    async (request, reply) =>
      answerWith(reply, await changeSettings(ctx, commandContext(request), request.params.id, request.body)),
  );
}
