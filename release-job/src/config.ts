import { Type, type Static } from 'typebox';
import { parseEnvironment, type Environment } from '@rondo/shared/config';

const releaseJobEnvironment = Type.Object({
  DATABASE_URL: Type.String({ pattern: '^postgres(ql)?://' }),
  KAFKA_BROKERS: Type.String({ minLength: 1, description: 'host:port, several with commas' }),
  KAFKA_USERNAME: Type.Optional(Type.String({ description: 'SASL PLAIN over TLS; absent: neither' })),
  KAFKA_PASSWORD: Type.Optional(Type.String()),
  KAFKA_PARTITIONS: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 200, description: 'of each topic with events; decided once (6)' }),
  ),
  ADD_PARTITIONS: Type.Boolean({
    default: false,
    description: 'true adds partitions if KAFKA_PARTITIONS is higher than decided; no service may run',
  }),
  KAFKA_REPLICATION: Type.Integer({ minimum: 1, maximum: 5, default: 1 }),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], { default: 'info' }),
});

export type ReleaseJobSettings = Static<typeof releaseJobEnvironment>;

/** @throws AppError `invalid-configuration` */
export function parseReleaseJobSettings(env: Environment): ReleaseJobSettings {
  return parseEnvironment(releaseJobEnvironment, env);
}
