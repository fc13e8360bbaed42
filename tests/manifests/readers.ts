import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseGatewaySettings } from '@rondo/gateway/config';
import { parseReleaseJobSettings } from '@rondo/release-job/config';
import { baseSettings, parseEnvironment, type Environment } from '@rondo/shared/config';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { root } from './manifest.ts';

type Parse = (env: Environment) => unknown;

const parseBase: Parse = (env) => parseEnvironment(baseSettings, env);

/** Parses what a service's `config.ts` exports: functions named `parse…`, or schemas of settings. */
async function ownParsersOf(service: string): Promise<Parse[]> {
  const file = join(root, 'services', service, 'src/config.ts');
  if (!existsSync(file)) return [];
  const config = (await import(file)) as Record<string, Parse | typeof baseSettings>;
  return Object.entries(config).flatMap(([name, exported]) => {
    if (typeof exported !== 'function') return [(env: Environment) => parseEnvironment(exported, env)];
    return name.startsWith('parse') ? [exported] : [];
  });
}

/** The parsers that each of our programs applies to its environment. */
export const readers: Record<string, Parse[]> = {
  ...Object.fromEntries(
    await Promise.all(
      serviceRegistry.map(async ({ name }) => [name, [parseBase, ...(await ownParsersOf(name))]] as const),
    ),
  ),
  gateway: [parseGatewaySettings],
  'release-job': [parseReleaseJobSettings],
};

/** The names of the variables that the parsers read. */
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
      // Required variables are missing. Only the names that were read matter.
    }
  }
  return names;
}
