import { Type, type Static } from 'typebox';
import { parseEnvironment, type Environment } from '@rondo/shared/config';
import type { DatabaseRole } from '@rondo/shared/database/roles';
import { environmentName, serviceRegistry, type ServiceEntry } from '@rondo/shared/service-registry';

/** The URL of a role has its name and its password. */
const roleUrl = Type.String({ pattern: '^postgres(ql)?://[^:/@]+:[^/@]+@' });

const urlVariableOf = (service: ServiceEntry) => `${environmentName(service)}_DATABASE_URL`;
const withSchema = serviceRegistry.filter(({ schema }) => schema !== undefined);

const releaseJobEnvironment = Type.Object({
  DATABASE_URL: Type.String({ pattern: '^postgres(ql)?://', description: 'of the owner of the schemas' }),
  DAPR_DATABASE_URL: roleUrl,
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

export type ReleaseJobSettings = Static<typeof releaseJobEnvironment> & { roles: DatabaseRole[] };

/** @throws AppError `invalid-configuration` */
export function parseReleaseJobSettings(env: Environment): ReleaseJobSettings {
  const schema = Type.Object({
    ...Object.fromEntries(withSchema.map((service) => [urlVariableOf(service), roleUrl])),
    ...releaseJobEnvironment.properties,
  });
  const given: Record<string, unknown> = parseEnvironment(schema, env);
  const settings = given as Static<typeof releaseJobEnvironment>;
  const roles = withSchema.map((service) => ({
    ...roleOf(String(given[urlVariableOf(service)])),
    schema: service.schema ?? '',
    appendOnlyTables: service.appendOnlyTables ?? [],
  }));
  const sidecars = { ...roleOf(settings.DAPR_DATABASE_URL), schema: 'dapr', createsTables: true };
  return { ...settings, roles: [...roles, sidecars] };
}

function roleOf(text: string): Pick<DatabaseRole, 'name' | 'password'> {
  const url = new URL(text);
  return { name: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
}
