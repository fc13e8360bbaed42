import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServiceDefinition } from './service-definition.ts';
import { folderOf, type ServiceEntry } from './service-registry.ts';

/** Imports a service's definition: the export `service` of `src/service.ts` in its folder. */
export async function loadService(entry: ServiceEntry): Promise<ServiceDefinition> {
  const file = join(folderOf(entry), 'src/service.ts');
  const { service } = (await import(pathToFileURL(file).href)) as { service?: ServiceDefinition };
  if (service?.name !== entry.name)
    throw new Error(`${file} has to export the definition of ${entry.name} as \`service\`.`);
  return service;
}
