import { Type } from 'typebox';
import { parseHostSettings, type HostSettings } from '@rondo/host-common/settings';
import { parseEnvironment, type Environment } from '@rondo/shared/config';
import { cacheDirectoryOf } from './toolchain/toolchain.ts';

const engineEnvironment = Type.Object({
  RONDO_KAFKA_PORT: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
});

export type EngineSettings = HostSettings & { kafkaPort: number; cacheDir: string };

const planned = { gateway: 8000, kafka: 9092 };

/**
 * What the engine reads from its environment: all that `npm start` reads, and Kafka's port, which moves along with
 * RONDO_PORT. Its data are a directory of their own, because events that one broker holds are not in the other.
 * @throws AppError `invalid-configuration`; StartError where there is no place for a cache
 */
export function parseEngineSettings(env: Environment): EngineSettings {
  const settings = parseHostSettings({ RONDO_DATA_DIR: '.rondo/dapr', ...env });
  const { RONDO_KAFKA_PORT: own } = parseEnvironment(engineEnvironment, env);
  const moved = settings.port === 0 ? 0 : planned.kafka + settings.port - planned.gateway;
  return { ...settings, kafkaPort: own ?? moved, cacheDir: cacheDirectoryOf(env) };
}
