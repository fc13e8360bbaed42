import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Cleanup } from '@rondo/shared/test/identity';
import { eventually } from '@rondo/shared/test/eventually';

/** What a container gives a program: process ids, shared memory and `/proc` of its own. */
const unshare = ['unshare', '--pid', '--ipc', '--fork', '--kill-child', '--mount-proc'];

/** Why this user may not make namespaces; undefined if they may. */
export async function whyNoNamespaces(): Promise<string | undefined> {
  const [program = '', ...args] = unshare;
  return promisify(execFile)(program, [...args, 'true']).then(
    () => undefined,
    (error: unknown) => `unshare is not allowed here: ${String(error).trim().split('\n').at(-1)}`,
  );
}

export type ForeignProgram = {
  lines: string[];
  /** Waits for a line that it prints. */
  line(pattern: RegExp): Promise<string>;
  /** Kills the program, and leaves what it started. */
  kill(): Promise<void>;
  /** Ends the namespace with every process in it. */
  end(): Promise<void>;
};

/** Runs a TypeScript file as process 2 of a namespace, whose process 1 stays when it ends. */
export function runInNamespace(t: Cleanup, file: string, ...args: string[]): ForeignProgram {
  const [program = '', ...flags] = unshare;
  const script = '"$@" & echo "program $!"; wait $!; echo ended; exec sleep infinity';
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', file, ...args];
  const child: ChildProcess = spawn(program, [...flags, 'sh', '-c', script, 'sh', ...node], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const line = async (pattern: RegExp) =>
    eventually(() => lines.find((found) => pattern.test(found)), { timeout_ms: 30_000 });
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    // `unshare` exits when process 1 has, which is after all others.
    process.kill(await initOf(child), 'SIGKILL');
    await once(child, 'exit');
  };
  t.after(end);
  return {
    lines,
    line,
    end,
    async kill() {
      const [, id] = (await line(/^program /)).split(' ');
      await promisify(execFile)('nsenter', [
        '--pid',
        '--mount',
        `--target=${String(await initOf(child))}`,
        'kill',
        '-KILL',
        `${id}`,
      ]);
      await line(/^ended$/);
    },
  };
}

/** Process 1 of the namespace, as this one sees it: the child of `unshare`. */
async function initOf({ pid }: ChildProcess): Promise<number> {
  const { stdout } = await promisify(execFile)('pgrep', ['--parent', String(pid)]);
  return Number(stdout);
}
