import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export type Endpoints = {
  pid: number;
  /** The gateway's. */
  url: string;
  services: Record<string, string>;
  metrics: Record<string, string>;
};

/** Writes where everything answers to `endpoints.json` of a data directory. */
export async function writeEndpoints(
  dataDir: string,
  url: string,
  services: { name: string; url: string; metrics_url: string }[],
): Promise<void> {
  const endpoints: Endpoints = {
    pid: process.pid,
    url,
    services: Object.fromEntries(services.map(({ name, url }) => [name, url])),
    metrics: Object.fromEntries(services.map(({ name, metrics_url }) => [name, metrics_url])),
  };
  await writeFile(join(dataDir, 'endpoints.json'), `${JSON.stringify(endpoints, undefined, 2)}\n`);
}
