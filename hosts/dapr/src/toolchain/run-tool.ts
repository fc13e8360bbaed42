import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { StartError } from '@rondo/host-common/start-error';

export type ToolRun = {
  cwd?: string;
  log_file: string;
  /** What to do where there is no such program. */
  remedy: string;
};

/**
 * Runs a program to its end and answers what it printed on standard output. Its errors go to `log_file`.
 * @throws StartError with the remedy where there is no such program; with its last lines, and where the others are, where it
 * fails
 */
export async function runTool(
  program: string,
  args: string[],
  { cwd, log_file: logFile, remedy }: ToolRun,
): Promise<string> {
  await mkdir(dirname(logFile), { recursive: true });
  const child = spawn(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => printed.push(chunk));
  const logged = pipeline(child.stderr, createWriteStream(logFile, { flags: 'a' }));
  // It rejects where the program could not be started.
  const [code] = (await once(child, 'close').catch((error: unknown) => {
    throw new StartError(`There is no ${program} on this machine: ${remedy}`, { cause: error });
  })) as [number | null];
  await logged;
  const output = Buffer.concat(printed).toString();
  if (code === 0) return output;
  const said = `${output}\n${await readFile(logFile, 'utf8')}`.trim().split('\n').slice(-5).join('\n  ');
  throw new StartError(
    `${program} ${args[0] ?? ''} failed (${code}); all of it is in ${logFile}:\n  ${said}`,
  );
}
