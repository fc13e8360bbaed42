import { Problem } from '@rondo/shared/contracts/problem';
import { SchedulePreview, SchedulePreviewRequest } from '@rondo/shared/contracts/schedule';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { previewSchedule } from '../queries/preview-schedule.ts';

/** Adds the route that previews a rule. */
export function addSchedulePreviewRoutes(app: HttpServer): void {
  app.post(
    '/api/v1/schedules/preview',
    {
      schema: {
        tags: ['schedules'],
        summary: 'Preview the next occurrences of a rule, and describe the rule in words',
        body: SchedulePreviewRequest,
        response: { 200: SchedulePreview, 401: Problem, 422: Problem },
      },
    },
    ({ body }) => previewSchedule(body),
  );
}
