import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { portOr } from '@rondo/host-common/free-port';
import { auditSecrets } from '@rondo/host-common/audit-secrets';
import { notificationSecrets } from '@rondo/host-common/notification-secrets';
import { rondoComponents } from '@rondo/host-common/components';
import { startEmulator } from '@rondo/dapr-emulator/emulator';
import { auditSecret, notificationSecret } from '@rondo/shared/contracts/topics';
import { createLog } from '@rondo/shared/observability/log';
import { urlOfRole } from '@rondo/shared/database/roles';
import { environmentName, serviceRegistry } from '@rondo/shared/service-registry';
import { databaseSecretKey, databaseSecretOf } from '@rondo/shared/service';
import { createTestDatabase } from '@rondo/shared/test/database';
import { createTestIssuer, type Cleanup } from '@rondo/shared/test/identity';

/** Starts what a service needs (database, sidecar, issuer), and returns the environment variables that point to it. */
export async function startDependencies(t: Cleanup, service: string) {
  const { url: databaseUrl } = await createTestDatabase(t);
  const directory = await mkdtemp(join(tmpdir(), 'rondo-images-'));
  const [port, metrics, sidecar] = await Promise.all([portOr(0), portOr(0), portOr(0)]);
  const tokens = { apiToken: 'api-token-of-images', appToken: 'app-token-of-images' };
  const emulator = await startEmulator({
    apiToken: tokens.apiToken,
    appToken: tokens.appToken,
    databaseUrl,
    host: '127.0.0.1',
    apps: [{ appId: service, httpPort: sidecar, appPort: port }],
    components: rondoComponents({
      [databaseSecretOf(service)]: { [databaseSecretKey]: databaseUrl },
      [notificationSecret]: await notificationSecrets(directory, { url: undefined, from: undefined }),
      [auditSecret]: await auditSecrets(directory),
    }),
    log: createLog('images', 'silent'),
  });
  t.after(async () => {
    await emulator[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });
  const issuer = await createTestIssuer();
  return {
    url: `http://127.0.0.1:${port}`,
    token: await issuer.tokenFor({ sub: '0196c000-0000-7000-8000-000000000001', roles: ['operator'] }),
    env: {
      HOST: '127.0.0.1',
      PORT: String(port),
      METRICS_PORT: String(metrics),
      DAPR_HTTP_ENDPOINT: `http://127.0.0.1:${sidecar}`,
      DAPR_API_TOKEN: tokens.apiToken,
      APP_API_TOKEN: tokens.appToken,
      TOKEN_ISSUER: issuer.issuer,
      TOKEN_AUDIENCE: issuer.audience,
      JWKS_URL: await issuer.serve(t),
      RATE_LIMIT_PER_SECOND: '0',
      LOG_LEVEL: 'warn',
    },
  };
}

/** The variables of the release job with the URL of each role. */
export function roleUrls(databaseUrl: string): Record<string, string> {
  const withSchema = serviceRegistry.filter(({ schema }) => schema !== undefined);
  const role = { name: 'rondo_images', password: 'of-images' };
  return Object.fromEntries(
    [...withSchema.map((service) => environmentName(service)), 'DAPR'].map((user) => [
      `${user}_DATABASE_URL`,
      urlOfRole(databaseUrl, role),
    ]),
  );
}

/** The variables of the release job with the users of the broker: its own, and one of each service. */
export function brokerUsers(): Record<string, string> {
  const users = ['', ...serviceRegistry.map((service) => `${environmentName(service)}_`)];
  return {
    ...Object.fromEntries(
      users.flatMap((prefix) => [
        [`${prefix}KAFKA_USERNAME`, 'images'],
        [`${prefix}KAFKA_PASSWORD`, 'of-images'],
      ]),
    ),
    KAFKA_SASL_MECHANISM: 'SCRAM-SHA-256',
    KAFKA_TLS: 'false',
    KAFKA_CREATE_USERS: 'true',
  };
}

/** The address of a gateway, and its variables: no service answers it. */
export async function gatewayEnvironment() {
  const [port, dead] = await Promise.all([portOr(0), portOr(0)]);
  const names = ['TODO', 'AUDIT', 'WEBSOCKET', 'NOTIFICATION', 'RECURRING_TASK'];
  const urls = names.map((name) => [`${name}_SERVICE_URL`, `http://127.0.0.1:${dead}`]);
  return {
    url: `http://127.0.0.1:${port}`,
    env: {
      HOST: '127.0.0.1',
      PORT: String(port),
      RATE_LIMIT_PER_SECOND: '0',
      LOG_LEVEL: 'warn',
      ...Object.fromEntries(urls),
    } as Record<string, string>,
  };
}
