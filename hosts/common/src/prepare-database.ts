import { createHmac, randomBytes } from 'node:crypto';
import { migrate } from '@rondo/postgres/migrations';
import { isSqlState } from '@rondo/shared/database/database';
import { grantRoles, urlOfRole, type DatabaseRole } from '@rondo/shared/database/roles';
import type { Log } from '@rondo/shared/observability/log';
import { migrationsOf, type ServiceRegistry } from '@rondo/shared/service-registry';
import { StartError } from './start-error.ts';

/** Who uses the database of an installation, each with the URL of a role of its own. */
export type DatabaseUrls = {
  /** By the name of the service. */
  services: Record<string, string>;
  /** Of the sidecars. */
  dapr: string;
};

/** What the sidecars need of the database, besides their role. */
export type SidecarTables = Pick<DatabaseRole, 'schema' | 'createsTables'>;

/**
 * Migrates the schemas of all services as the owner, and gives each service a role with rights on its own schema only. The names of
 * the roles begin with that of the database, because roles belong to the whole server.
 * @throws StartError if the owner may not create roles
 */
export async function prepareDatabase(
  ownerUrl: string,
  { registry, sidecars, log }: { registry: ServiceRegistry; sidecars: SidecarTables; log: Log },
): Promise<DatabaseUrls> {
  for (const set of registry.flatMap((entry) => migrationsOf(entry)))
    await migrate(ownerUrl, { ...set, log });
  const database = decodeURIComponent(new URL(ownerUrl).pathname.slice(1));
  const passwordOf = createPasswords(ownerUrl);
  const roleOf = (suffix: string) => {
    const name = `${database}_${suffix}`;
    return { name, password: passwordOf(name) };
  };
  const dapr: DatabaseRole = { ...roleOf('dapr'), ...sidecars };
  const services = registry.flatMap(({ name, schema, appendOnlyTables = [] }) =>
    schema === undefined ? [] : [{ service: name, role: { ...roleOf(schema), schema, appendOnlyTables } }],
  );
  await grantRoles(ownerUrl, [dapr, ...services.map(({ role }) => role)]).catch((error: unknown) => {
    throw isSqlState(error, insufficientPrivilege) ? mayNotCreateRoles(ownerUrl, error) : error;
  });
  return {
    services: Object.fromEntries(services.map(({ service, role }) => [service, urlOfRole(ownerUrl, role)])),
    dapr: urlOfRole(ownerUrl, dapr),
  };
}

/** SQLSTATE of PostgreSQL. */
const insufficientPrivilege = '42501';

function mayNotCreateRoles(ownerUrl: string, cause: unknown): StartError {
  const user = decodeURIComponent(new URL(ownerUrl).username);
  return new StartError(
    `The user ${user} of DATABASE_URL may not create the roles of the services: run ALTER ROLE "${user}" CREATEROLE as an administrator, or unset DATABASE_URL to use the embedded PostgreSQL.`,
    { cause },
  );
}

/**
 * Derives the passwords of roles from the owner's: a host that starts beside another one by mistake does not change them. Without
 * a password of the owner they are random.
 */
function createPasswords(ownerUrl: string): (role: string) => string {
  const key = new URL(ownerUrl).password || randomBytes(32).toString('base64url');
  return (role) => createHmac('sha256', key).update(`rondo role ${role}`).digest('base64url');
}
