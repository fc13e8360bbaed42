import { SchedulePreview, SchedulePreviewRequest } from '@rondo/shared/contracts/schedule';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { previewSchedule } from '../queries/preview-schedule.ts';

/** Adds the route that previews a rule. */
export function addSchedulePreviewRoutes(app: HttpServer): void {
  app.post(
    '/api/v1/schedules/preview',
    {
      config: { isRead: true },
      schema: {
        tags: ['schedules'],
        summary: 'Preview a rule',
        description: 'Returns the next occurrences of a rule, and the rule in words. Nothing is stored.',
        operationId: 'previewSchedule',
        body: SchedulePreviewRequest,
        response: { 200: SchedulePreview },
        problems: ['invalid-rule'],
      },
    },
    ({ body }) => previewSchedule(body),
  );
}
