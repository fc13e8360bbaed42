import { SchedulePreview, SchedulePreviewRequest } from '@rondo/shared/contracts/schedule';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { zoneOfPerson } from '@rondo/shared/zone-of-person';
import type { RecurringContext } from '../../context.ts';
import { readPersonZones } from '../../store/people.ts';
import { previewSchedule } from '../queries/preview-schedule.ts';

/** Adds the route that previews a rule. */
export function addSchedulePreviewRoutes(app: HttpServer, { database }: RecurringContext): void {
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
    async ({ identity: { timeZone, personId }, body }) => {
      const settingsZone = (await readPersonZones(database, [personId])).get(personId) ?? null;
      return previewSchedule(body, zoneOfPerson(settingsZone, timeZone));
    },
  );
}
