import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Endpoints } from '@rondo/host-common/endpoints';

/** The engine that `npm run test:engine` is about; `npm test` is about the embedded one. */
export const isRealEngine = process.env['RONDO_ENGINE'] === 'dapr';

const root = resolve(import.meta.dirname, '../..');

export type HostProcess = {
  endpoints: Endpoints;
  /** What it has printed, a line each. */
  lines: string[];
  /** Sends a signal to the host itself and waits until it has ended. */
  end(signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT'): Promise<number | null>;
};

/**
 * Starts a host as `npm start` does, or `npm run engine` where the run is about that engine, in a process of its own, on free ports, and waits until it is ready.
 * @throws Error with everything it printed when it ends before it is ready
 */
export async function startHostProcess(
  dataDir: string,
  env: Record<string, string> = {},
): Promise<HostProcess> {
  const program = join(root, isRealEngine ? 'hosts/dapr/src/main.ts' : 'hosts/embedded/src/main.ts');
  const child = spawn(process.execPath, [...process.execArgv, program], {
    cwd: root,
    env: { ...process.env, RONDO_PORT: '0', RONDO_DATA_DIR: dataDir, LOG_LEVEL: 'warn', ...env },
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
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        if (line.startsWith('Rondo is ready')) resolve();
      });
    }
    child.once('exit', (code, signal) => {
      reject(new Error(`the host ended (${code ?? signal}) before it was ready:\n${lines.join('\n')}`));
    });
  });
}
