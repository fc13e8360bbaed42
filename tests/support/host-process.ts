import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Endpoints } from '@rondo/host-common/endpoints';

/** Whether this run tests Kafka and Dapr (`npm run test:engine`) instead of the embedded engine (`npm test`). */
export const isRealEngine = process.env['RONDO_ENGINE'] === 'dapr';

const root = resolve(import.meta.dirname, '../..');

export type HostProcess = {
  endpoints: Endpoints;
  /** The lines printed so far. */
  lines: string[];
  /** Sends a signal to the host process and waits until it has exited. */
  end(signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT'): Promise<number | null>;
};

/** Longer than the slowest start that succeeds. Kafka and daprd may have to be downloaded or built first. */
const readyTimeoutMs = isRealEngine ? 900_000 : 90_000;

/** Without rate limits: most tests and benches send as much as they can. */
const defaults = { RONDO_PORT: '0', RONDO_RATE_LIMIT_PER_SECOND: '0', LOG_LEVEL: 'warn' };

/**
 * Starts a host in its own process, on free ports, and waits until it is ready. It is the host of `npm run engine` in a run
 * that tests Kafka and Dapr, otherwise that of `npm start`.
 * @throws Error with the host's output if it exits or times out before it is ready
 */
export async function startHostProcess(
  dataDir: string,
  env: Record<string, string> = {},
): Promise<HostProcess> {
  const program = join(root, isRealEngine ? 'hosts/dapr/src/main.ts' : 'hosts/embedded/src/main.ts');
  const child = spawn(process.execPath, [...process.execArgv, program], {
    cwd: root,
    env: { ...process.env, ...defaults, RONDO_DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  await isReady(child, lines);
  const endpoints = JSON.parse(await readFile(join(dataDir, 'endpoints.json'), 'utf8')) as Endpoints;
  return {
    endpoints,
    lines,
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      child.kill(signal);
      await once(child, 'exit');
      return child.exitCode;
    },
  };
}

function isReady(child: ChildProcess, lines: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new Error(`the host ${reason}:\n${lines.join('\n')}`));
    const deadline = setTimeout(() => {
      child.kill('SIGKILL');
      fail(`was not ready within ${readyTimeoutMs / 1000} s`);
    }, readyTimeoutMs);
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        if (!line.startsWith('Rondo is ready')) return;
        clearTimeout(deadline);
        resolve();
      });
    }
    // `exit` may come before the last lines have been read.
    child.once('close', (code, signal) => {
      clearTimeout(deadline);
      fail(`exited (${code ?? signal}) before it was ready`);
    });
  });
}
