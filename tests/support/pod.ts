import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { auditSecret, notificationSecret } from '@rondo/shared/contracts/topics';
import { databaseSecretKey, databaseSecretOf } from '@rondo/shared/service';
import { folderOf, type ServiceEntry } from '@rondo/shared/service-registry';
import { createTestDatabase } from '@rondo/shared/test/database';
import { createTestIssuer } from '@rondo/shared/test/identity';
import { startScriptedSidecar, type ScriptedSidecar } from '@rondo/shared/test/scripted-sidecar';
import { untilStarted } from '@rondo/shared/test/service-process';
import { limitMemory } from './memory-limit.ts';

const root = resolve(import.meta.dirname, '../..');
const mebibyte = 1024 * 1024;

/** The process of a deployment with the memory of its pod. */
export type Pod = {
  url: string;
  /** Resolves, with the way in which it happened, when the process has ended: more memory than the pod has ends it. */
  ended: Promise<string>;
  /** The most memory that the process had so far, in bytes. */
  peak(): number;
};

/** The memory limit of a deployment's pod, in bytes. */
export function podLimit(deployment: string): number {
  const manifest = readFileSync(join(root, 'k8s/deployments', deployment, 'deployment.yaml'), 'utf8');
  return Number(/limits:\n\s+memory: (\d+)Mi/.exec(manifest)?.[1]) * mebibyte;
}

/** The options of Node.js in an image: without a limit of its own, V8 lets a heap grow to 304 MiB in a pod of 208 MiB. */
function nodeOptions(dockerfile: string): string {
  return /NODE_OPTIONS="([^"]*)"/.exec(readFileSync(join(root, dockerfile), 'utf8'))?.[1] ?? '';
}

/**
 * Starts a deployment's program as a process that is killed when it takes more memory than its pod has.
 * @returns undefined if this machine allows no control group with a limit of memory; the test is skipped then
 */
async function startProgram(
  t: TestContext,
  deployment: string,
  { main, dockerfile, env }: { main: string; dockerfile: string; env: Record<string, string> },
): Promise<Pod | undefined> {
  const memory = limitMemory(podLimit(deployment));
  if (!memory) {
    t.skip('this machine allows no control group with a limit of memory');
    return undefined;
  }
  const child = spawn(
    'sh',
    ['-c', 'echo $$ > "$0"; exec "$@"', memory.entrance, process.execPath, ...process.execArgv, main],
    {
      env: { ...process.env, NODE_OPTIONS: nodeOptions(dockerfile), PORT: '0', LOG_LEVEL: 'info', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const exited = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGKILL');
    await exited;
    await memory.remove();
  });
  return { ...(await untilStarted(child)), peak: memory.peak };
}

/** A service's pod with its database and its sidecar. */
export type ServicePod = Pod & {
  sidecar: ScriptedSidecar;
  database: { url: string };
  issuer: Awaited<ReturnType<typeof createTestIssuer>>;
};

export const appToken = 'app-token-of-tests';
export const encryptionKey = Buffer.alloc(32, 7).toString('base64');

export async function startServicePod(
  t: TestContext,
  entry: ServiceEntry,
  env: Record<string, string> = {},
): Promise<ServicePod | undefined> {
  const database = entry.schema ? await createTestDatabase(t) : { url: '' };
  const sidecar = await startScriptedSidecar(t, {
    [databaseSecretOf(entry.name)]: { [databaseSecretKey]: database.url },
    [notificationSecret]: { 'encryption-keys': encryptionKey },
    [auditSecret]: { 'checkpoint-keys': encryptionKey },
  });
  const issuer = await createTestIssuer();
  const pod = await startProgram(t, entry.name, {
    main: join(folderOf(entry), 'src/main.ts'),
    dockerfile: `services/${entry.name}/Dockerfile`,
    env: {
      METRICS_PORT: '0',
      DAPR_HTTP_ENDPOINT: sidecar.url,
      DAPR_API_TOKEN: 'api-token-of-tests',
      APP_API_TOKEN: appToken,
      TOKEN_ISSUER: issuer.issuer,
      JWKS_URL: await issuer.serve(t),
      RATE_LIMIT_PER_SECOND: '0',
      ...env,
    },
  });
  return pod && { ...pod, sidecar, database, issuer };
}

/** The gateway's pod. */
export const startGatewayPod = (t: TestContext, env: Record<string, string>) =>
  startProgram(t, 'gateway', {
    main: join(root, 'gateway/src/main.ts'),
    dockerfile: 'gateway/Dockerfile',
    env,
  });
