import { Type, type Static } from 'typebox';
import { parseEnvironment, type Environment } from '@rondo/shared/config';

const recurringSettings = Type.Object({
  DATABASE_CONNECTIONS: Type.Integer({ minimum: 2, maximum: 100, default: 6 }),
});
export type RecurringSettings = Static<typeof recurringSettings>;

/** @throws AppError `invalid-configuration` */
export function parseRecurringSettings(env: Environment): RecurringSettings {
  return parseEnvironment(recurringSettings, env);
}
