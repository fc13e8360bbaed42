import { Type } from 'typebox';
import { parseHostSettings, type HostSettings } from '@rondo/host-common/settings';
import { parseEnvironment, type Environment } from '@rondo/shared/config';
import { cacheDirectoryOf } from './toolchain/toolchain.ts';

const engineEnvironment = Type.Object({
  RONDO_KAFKA_PORT: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
  KAFKA_PARTITIONS: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
});

export type EngineSettings = HostSettings & {
  kafkaPort: number;
  /** Of each topic with events, if it is set. */
  kafkaPartitions: number | undefined;
  cacheDir: string;
};

const planned = { gateway: 8000, kafka: 9092 };

/**
 * Parses the settings of `npm run engine`: those of `npm start`, and Kafka's port, which shifts with RONDO_PORT. It has its
 * own data directory, because the embedded broker and Kafka don't share events.
 * @throws AppError `invalid-configuration`; StartError if there is no directory for the cache
 */
export function parseEngineSettings(env: Environment): EngineSettings {
  const settings = parseHostSettings({ RONDO_DATA_DIR: '.rondo/dapr', ...env });
  const { RONDO_KAFKA_PORT: own, KAFKA_PARTITIONS: kafkaPartitions } = parseEnvironment(
    engineEnvironment,
    env,
  );
  const moved = settings.port === 0 ? 0 : planned.kafka + settings.port - planned.gateway;
  return { ...settings, kafkaPort: own ?? moved, kafkaPartitions, cacheDir: cacheDirectoryOf(env) };
}
