import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openIssuer, type Issuer } from '@rondo/gateway/issuer';
import { connectionSettings } from '@rondo/postgres/open-pool';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { Client } from 'pg';
import { auditSecrets, type AuditSecrets } from './audit-secrets.ts';
import { notificationSecrets, type NotificationSecrets } from './notification-secrets.ts';
import type { HostSettings } from './settings.ts';
import { StartError } from './start-error.ts';

export type InstallationKeys = { issuer: Issuer; notification: NotificationSecrets; audit: AuditSecrets };

/**
 * Opens the keys of an installation, and creates them at the first start. Call it before the services create their schemas.
 * @throws StartError if the database has data but the key directory is missing: new keys would silently invalidate all
 * tokens and make all saved channels unreadable
 */
export async function openInstallationKeys(
  { dataDir, smtp }: Pick<HostSettings, 'dataDir' | 'smtp'>,
  databaseUrl: string,
): Promise<InstallationKeys> {
  const directory = join(dataDir, 'identity');
  if (!existsSync(directory) && (await hasData(databaseUrl)))
    throw new StartError(
      `${directory} with the keys of this installation is missing, but its database has data: restore the directory from a backup. If it is lost, create an empty directory with that name: Rondo then creates new keys, all tokens become invalid, and channels must be set up again.`,
    );
  return {
    issuer: await openIssuer(dataDir),
    notification: await notificationSecrets(dataDir, smtp),
    audit: await auditSecrets(dataDir),
  };
}

async function hasData(databaseUrl: string): Promise<boolean> {
  const schemas = serviceRegistry.flatMap(({ schema }) => schema ?? []);
  const client = new Client(connectionSettings(databaseUrl, 'rondo host'));
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_namespace WHERE nspname = ANY ($1)', [schemas]);
    return rowCount !== 0;
  } finally {
    await client.end();
  }
}
