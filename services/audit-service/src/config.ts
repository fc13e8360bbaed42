import { Type } from 'typebox';

export const auditSettings = Type.Object({
  DATABASE_CONNECTIONS: Type.Integer({ minimum: 2, maximum: 100, default: 5 }),
  READ_CONNECTIONS: Type.Integer({ minimum: 2, maximum: 100, default: 3 }),
});
