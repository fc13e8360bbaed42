import { Type } from 'typebox';

export const recurringSettings = Type.Object({
  DATABASE_CONNECTIONS: Type.Integer({ minimum: 2, maximum: 100, default: 6 }),
});
