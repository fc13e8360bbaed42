import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { environmentName, serviceRegistry } from '@rondo/shared/service-registry';
import { root } from './manifest.ts';

/** Why the scripts can't run on this machine; undefined if they can. */
export const whyNoScript =
  spawnSync('openssl', ['version']).status === 0 && spawnSync('bash', ['--version']).status === 0
    ? undefined
    : 'the scripts in k8s/secrets need bash and openssl';

export type Secrets = Record<string, Record<string, string>>;
/** The users of a managed broker for create-secrets.sh, each with another name in access rules. */
export const brokerUserValues: Record<string, string> = Object.fromEntries(
  ['', ...serviceRegistry.map((entry) => `${environmentName(entry)}_`)].flatMap((prefix) => [
    [`${prefix}KAFKA_USERNAME`, `${prefix}user`],
    [`${prefix}KAFKA_PASSWORD`, `managed-password-of-${prefix}`],
    [`${prefix}KAFKA_PRINCIPAL`, `${prefix}principal`],
  ]),
);

type Given = { env?: Record<string, string>; input?: string };

/** A cluster without secrets, and a way to run the scripts of `k8s/secrets` against it. */
export async function openSecretCluster(t: TestContext) {
  const directory = await temporaryDirectory(t);
  const runScript = (script: string, args: string[], given: Given = {}) => {
    const { status, stdout, stderr } = spawnSync('bash', [join(root, 'k8s/secrets', script), ...args], {
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
  };
  return {
    run: (args: string[] = [], given?: Given) => runScript('create-secrets.sh', args, given),
    keys: (args: string[], given?: Given) => runScript('keys.sh', args, given),
    printToken: (args: string[], given?: Given) => runScript('print-token.sh', args, given),
    /** The pods that were created and not deleted. */
    pods: () => readdirSync(directory).filter((name) => name.startsWith('print-token-')),
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

/** The first secret value that a text contains, plain or in base64. Skips entries that are no secret. */
export function findLeak(text: string, secrets: Secrets): string | undefined {
  const open = new Set(['brokers', 'username', 'principal', 'vapid-subject', 'smtp-from', 'jwks.json']);
  return Object.values(secrets)
    .flatMap((data) => Object.entries(data).flatMap(([key, value]) => (open.has(key) ? [] : [value])))
    .find((value) => text.includes(value) || text.includes(Buffer.from(value).toString('base64')));
}
