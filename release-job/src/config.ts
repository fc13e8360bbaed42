import { Type, type Static } from 'typebox';
import { parseEnvironment, postgresAddress, type Environment } from '@rondo/shared/config';
import type { DatabaseRole } from '@rondo/shared/database/roles';
import { environmentName, serviceRegistry, type ServiceEntry } from '@rondo/shared/service-registry';
import type { KafkaAddress } from './kafka-address.ts';
import type { BrokerUser } from './prepare-access.ts';

/** The URL of a role has its name and its password. */
const roleUrl = Type.String({
  pattern: '^postgres(ql)?://[^:/@]+:[^/@]+@',
  'x-words': 'a URL of a PostgreSQL with user and password',
});
const name = Type.String({ minLength: 1 });
const nameInRules = Type.Optional(
  Type.String({ minLength: 1, description: 'the name in access rules, if it is not the username' }),
);

/** How a program connects to Kafka. */
const kafkaEnvironment = {
  KAFKA_BROKERS: Type.String({ minLength: 1, description: 'host:port, several with commas' }),
  KAFKA_USERNAME: name,
  KAFKA_PASSWORD: name,
  KAFKA_SASL_MECHANISM: Type.Enum(['PLAIN', 'SCRAM-SHA-256']),
  KAFKA_TLS: Type.Boolean(),
};

const releaseJobEnvironment = {
  ...kafkaEnvironment,
  DATABASE_URL: Type.String({ ...postgresAddress, description: 'of the owner of the schemas' }),
  DAPR_DATABASE_URL: roleUrl,
  KAFKA_PRINCIPAL: nameInRules,
  KAFKA_CREATE_USERS: Type.Boolean({
    description: 'true makes the users of the services (SCRAM-SHA-256); false: the broker has them',
  }),
  KAFKA_PARTITIONS: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 200, description: 'of each topic with events; decided once (6)' }),
  ),
  ADD_PARTITIONS: Type.Boolean({
    default: false,
    description: 'true adds partitions if KAFKA_PARTITIONS is higher than decided; no service may run',
  }),
  KAFKA_REPLICATION: Type.Integer({ minimum: 1, maximum: 5, default: 1 }),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], { default: 'info' }),
};
const releaseJobSchema = Type.Object(releaseJobEnvironment);

export type ReleaseJobSettings = Static<typeof releaseJobSchema> & {
  kafka: KafkaAddress;
  roles: DatabaseRole[];
  brokerUsers: BrokerUser[];
};

/** @throws AppError `invalid-configuration` */
export function parseReleaseJobSettings(env: Environment): ReleaseJobSettings {
  const schema = Type.Object({
    ...Object.fromEntries(serviceRegistry.flatMap((service) => variablesOf(service))),
    ...releaseJobEnvironment,
  });
  const given: unknown = parseEnvironment(schema, env);
  const settings = given as Static<typeof releaseJobSchema>;
  const texts = given as Record<string, string | undefined>;
  const textOf = (variable: string) => texts[variable] ?? '';
  const roles = serviceRegistry.flatMap((service) =>
    service.schema === undefined
      ? []
      : {
          ...roleOf(textOf(`${environmentName(service)}_DATABASE_URL`)),
          schema: service.schema,
          appendOnlyTables: service.appendOnlyTables ?? [],
        },
  );
  const sidecars = { ...roleOf(settings.DAPR_DATABASE_URL), schema: 'dapr', createsTables: true };
  const brokerUsers = serviceRegistry.map((service) => {
    const prefix = environmentName(service);
    const username = textOf(`${prefix}_KAFKA_USERNAME`);
    return {
      service: service.name,
      username,
      password: textOf(`${prefix}_KAFKA_PASSWORD`),
      principal: texts[`${prefix}_KAFKA_PRINCIPAL`] ?? username,
    };
  });
  return { ...settings, kafka: addressOf(settings), roles: [...roles, sidecars], brokerUsers };
}

/** Where a service's sidecar will connect to, and the name of the service. @throws AppError `invalid-configuration` */
export function parseAwaitBrokerSettings(env: Environment): { address: KafkaAddress; service: string } {
  const { SERVICE: service, ...kafka } = parseEnvironment(
    Type.Object({ ...kafkaEnvironment, SERVICE: Type.Enum(serviceRegistry.map((entry) => entry.name)) }),
    env,
  );
  return { address: addressOf(kafka), service };
}

/** The variables with the role and the broker's user of a service. */
function variablesOf(service: ServiceEntry) {
  const prefix = environmentName(service);
  return [
    ...(service.schema === undefined ? [] : [[`${prefix}_DATABASE_URL`, roleUrl] as const]),
    [`${prefix}_KAFKA_USERNAME`, name] as const,
    [`${prefix}_KAFKA_PASSWORD`, name] as const,
    [`${prefix}_KAFKA_PRINCIPAL`, nameInRules] as const,
  ];
}

type KafkaSettings = Pick<Static<typeof releaseJobSchema>, keyof typeof kafkaEnvironment>;

function addressOf(settings: KafkaSettings): KafkaAddress {
  return {
    brokers: settings.KAFKA_BROKERS,
    signIn: {
      username: settings.KAFKA_USERNAME,
      password: settings.KAFKA_PASSWORD,
      mechanism: settings.KAFKA_SASL_MECHANISM,
      tls: settings.KAFKA_TLS,
    },
  };
}

function roleOf(text: string): Pick<DatabaseRole, 'name' | 'password'> {
  const url = new URL(text);
  return { name: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
}
