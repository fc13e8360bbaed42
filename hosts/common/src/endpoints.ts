import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export type Endpoints = {
  pid: number;
  /** The gateway's URL. */
  url: string;
  services: Record<string, string>;
  metrics: Record<string, string>;
};

/** Writes the addresses of all services to `endpoints.json` in a data directory. */
export async function writeEndpoints(
  dataDir: string,
  url: string,
  services: { name: string; url: string; metricsUrl: string }[],
): Promise<void> {
  const endpoints: Endpoints = {
    pid: process.pid,
    url,
    services: Object.fromEntries(services.map(({ name, url }) => [name, url])),
    metrics: Object.fromEntries(services.map(({ name, metricsUrl }) => [name, metricsUrl])),
  };
  await writeFile(join(dataDir, 'endpoints.json'), `${JSON.stringify(endpoints, undefined, 2)}\n`);
}
