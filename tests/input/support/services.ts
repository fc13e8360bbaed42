import { loadService } from '@rondo/shared/load-service';
import { serviceRegistry } from '@rondo/shared/service-registry';
import type { Cleanup } from '@rondo/shared/test/identity';
import { startTestService, type TestService } from '@rondo/shared/test/service';
import { auditSecret, notificationSecret } from '@rondo/shared/contracts/topics';
import { describeServices, type RouteDescription } from '../../../scripts/describe-services.ts';

export type TriedService = TestService & { name: string; routes: RouteDescription[] };

/** Starts every service of the registry with a database of its own, each with its routes. */
export async function startServices(t: Cleanup): Promise<TriedService[]> {
  const described = await describeServices();
  const key = Buffer.alloc(32, 7).toString('base64');
  const secrets = {
    [notificationSecret]: { 'encryption-keys': key },
    [auditSecret]: { 'checkpoint-keys': key },
  };
  return Promise.all(
    serviceRegistry.map(async (entry) => ({
      ...(await startTestService(t, await loadService(entry), { secrets })),
      name: entry.name,
      routes: described.find(({ service }) => service === entry.name)?.routes ?? [],
    })),
  );
}
