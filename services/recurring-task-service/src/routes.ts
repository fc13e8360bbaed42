import { Problem } from '@rondo/shared/contracts/problem';
import { SchedulePreview, SchedulePreviewRequest } from '@rondo/shared/contracts/schedule';
import type { HttpServer } from '@rondo/shared/runtime/http-server';
import { previewSchedule } from './queries/preview-schedule.ts';

/** Adds what people ask of recurrence. */
export function addScheduleRoutes(app: HttpServer): void {
  app.post(
    '/api/v1/schedules/preview',
    {
      schema: {
        tags: ['schedules'],
        summary: 'The next occurrences of a rule, and the rule in words',
        body: SchedulePreviewRequest,
        response: { 200: SchedulePreview, 401: Problem, 422: Problem },
      },
    },
    ({ body }) => previewSchedule(body),
  );
}
