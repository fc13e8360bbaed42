import { startGateway, type GatewayOptions } from '@rondo/gateway/gateway';
import type { RunningService } from '@rondo/shared/service';
import { findService } from '@rondo/shared/service-registry';

/** How a gateway reaches Todo: as its own process does, and as that of the embedded host does. */
export const ways = ['over HTTP', 'in its process'] as const;
export type Way = (typeof ways)[number];

/** Nothing listens here. */
const nowhere = 'http://127.0.0.1:1';

/** Starts a gateway that reaches Todo in one way only. */
export async function startTodoGateway(
  { after }: { after(hook: () => Promise<void>): void },
  service: RunningService,
  { way, ...options }: { way: Way } & Pick<GatewayOptions, 'rateLimit'>,
): Promise<string> {
  const { name, url, handle } = service;
  const gateway = await startGateway({
    host: '127.0.0.1',
    port: 0,
    jwks: { keys: [] },
    registry: [findService(name)],
    services: { [name]: way === 'over HTTP' ? url : nowhere },
    inProcess: new Map(way === 'over HTTP' ? [] : [[name, handle]]),
    ...options,
  });
  after(() => Promise.resolve(gateway[Symbol.asyncDispose]()));
  return gateway.url;
}
