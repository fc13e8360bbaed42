import { Type, type Static } from 'typebox';
import { parseEnvironment, type Environment } from '@rondo/shared/config';

const todoSettings = Type.Object({
  EVENT_RETENTION_DAYS: Type.Integer({ minimum: 30, default: 90 }),
  DATABASE_CONNECTIONS: Type.Integer({ minimum: 2, maximum: 100, default: 10 }),
});
export type TodoSettings = Static<typeof todoSettings>;

/** @throws AppError `invalid-configuration` */
export function parseTodoSettings(env: Environment): TodoSettings {
  return parseEnvironment(todoSettings, env);
}
