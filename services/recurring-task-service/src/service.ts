import type { ServiceDefinition } from '@rondo/shared/runtime/service';
import { addScheduleRoutes } from './routes.ts';

/** Recurrence: what comes of a rule. It keeps nothing yet and consumes nothing. */
export const recurringTaskService: ServiceDefinition = {
  name: 'recurring-task-service',
  description: 'Recurrence rules: previews of what comes of them',
  create: () => ({ addRoutes: addScheduleRoutes, workers: [], checks: [] }),
};
