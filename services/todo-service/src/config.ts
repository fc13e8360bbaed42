import { Type } from 'typebox';

export const todoSettings = Type.Object({
  /** How many events a second the backlogs of workspaces share while others publish too: less than the slowest consumer handles. */
  BACKLOG_EVENTS_PER_SECOND: Type.Integer({ minimum: 100, default: 800 }),
  EVENT_RETENTION_DAYS: Type.Integer({ minimum: 30, default: 90 }),
  DATABASE_CONNECTIONS: Type.Integer({ minimum: 2, maximum: 100, default: 6 }),
  READ_CONNECTIONS: Type.Integer({ minimum: 2, maximum: 100, default: 6 }),
});
