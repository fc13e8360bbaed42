import { Type } from 'typebox';

export const auditSettings = Type.Object({
  DATABASE_CONNECTIONS: Type.Integer({ minimum: 2, maximum: 100, default: 5 }),
});
