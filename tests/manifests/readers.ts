import { parseGatewaySettings, parseIdentityDirectory } from '@rondo/gateway/config';
import { parseReleaseJobSettings } from '@rondo/release-job/config';
import { baseSettings, parseEnvironment, type Environment } from '@rondo/shared/config';
import { loadService } from '@rondo/shared/load-service';
import { serviceRegistry, type ServiceEntry } from '@rondo/shared/service-registry';

type Parse = (env: Environment) => unknown;

const parseBase = (env: Environment) => parseEnvironment(baseSettings, env);

const parsersOf = async (entry: ServiceEntry): Promise<[name: string, parsers: Parse[]]> => {
  const { settings } = await loadService(entry);
  return [entry.name, [parseBase, (env) => parseEnvironment(settings, env)]];
};

/** What each of our programs makes of its environment. */
export const readers: Record<string, Parse[]> = {
  ...Object.fromEntries(await Promise.all(serviceRegistry.map((entry) => parsersOf(entry)))),
  gateway: [parseGatewaySettings, parseIdentityDirectory],
  'release-job': [parseReleaseJobSettings],
};

/** The variables that a program looks at. */
export function namesRead(parsers: Parse[]): Set<string> {
  const names = new Set<string>();
  const watched = new Proxy<Environment>(
    {},
    {
      get: (_env, name) => {
        names.add(String(name));
        return undefined;
      },
    },
  );
  for (const parse of parsers) {
    try {
      parse(watched);
    } catch {
      // Everything is missing: only what was asked for counts.
    }
  }
  return names;
}
