import { Type, type Static } from 'typebox';
import { parseEnvironment, type Environment } from '@rondo/shared/config';

const websocketSettings = Type.Object({
  ALLOWED_ORIGINS: Type.String({
    default: '',
    description: 'comma separated; the own host is always allowed',
  }),
  MAX_SOCKETS_PER_PERSON: Type.Integer({ minimum: 1, default: 20 }),
  MAX_SOCKETS_PER_ADDRESS: Type.Integer({ minimum: 1, default: 500 }),
  HELLO_TIMEOUT_SECONDS: Type.Number({ minimum: 0.05, maximum: 60, default: 5 }),
  // The client library takes 75 s of silence for a dead connection.
  HEARTBEAT_SECONDS: Type.Number({ minimum: 0.05, maximum: 30, default: 25 }),
});
export type WebsocketSettings = Static<typeof websocketSettings>;

/** @throws AppError `invalid-configuration` */
export function parseWebsocketSettings(env: Environment): WebsocketSettings {
  return parseEnvironment(websocketSettings, env);
}
