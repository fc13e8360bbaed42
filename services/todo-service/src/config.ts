import { Type } from 'typebox';

export const todoSettings = Type.Object({
  EVENT_RETENTION_DAYS: Type.Integer({ minimum: 30, default: 90 }),
  DATABASE_CONNECTIONS: Type.Integer({ minimum: 2, maximum: 100, default: 6 }),
  READ_CONNECTIONS: Type.Integer({ minimum: 2, maximum: 100, default: 6 }),
});
