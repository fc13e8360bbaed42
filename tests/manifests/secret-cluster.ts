import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const script = join(import.meta.dirname, '../../k8s/secrets/create-secrets.sh');
/** Why the script can't be run here; undefined where it can. */
export const whyNoScript =
  spawnSync('openssl', ['version']).status === 0 && spawnSync('bash', ['--version']).status === 0
    ? undefined
    : 'create-secrets.sh needs bash and openssl';

export type Secrets = Record<string, Record<string, string>>;

/** A cluster without secrets, and how to run the script against it. */
export async function openSecretCluster(t: TestContext) {
  const directory = await temporaryDirectory(t);
  return {
    run(args: string[] = [], given: { env?: Record<string, string>; input?: string } = {}) {
      const { status, stdout, stderr } = spawnSync('bash', [script, ...args], {
        encoding: 'utf8',
        input: given.input ?? '',
        env: {
          PATH: process.env['PATH'],
          KUBECTL: `${process.execPath} ${join(import.meta.dirname, 'fake-kubectl.mjs')}`,
          FAKE_KUBECTL_DIRECTORY: directory,
          ...given.env,
        },
      });
      return { status, output: `${stdout}${stderr}` };
    },
    secrets(): Secrets {
      const file = join(directory, 'secrets.json');
      const encoded = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Secrets) : {};
      const decode = (text: string) => Buffer.from(text, 'base64').toString();
      return Object.fromEntries(
        Object.entries(encoded).map(([name, data]) => [
          name,
          Object.fromEntries(Object.entries(data).map(([key, value]) => [key, decode(value)])),
        ]),
      );
    },
    commands: () => readFileSync(join(directory, 'commands.txt'), 'utf8'),
  };
}
