import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { execa } from 'execa';
import { StartError } from '@rondo/host-common/start-error';

export type ToolRun = {
  cwd?: string;
  env?: Record<string, string>;
  logFile: string;
  /** What to do if the program is missing. */
  remedy: string;
  /** Called with each line of its output, to report progress. */
  onLine?: (line: string) => void;
};

/**
 * Runs a program and returns its standard output. Its standard error goes to `logFile`.
 * @throws StartError with the remedy if the program is missing, or with its last lines and the log file if it fails
 */
export async function runTool(
  program: string,
  args: string[],
  { cwd, env, logFile, remedy, onLine = () => undefined }: ToolRun,
): Promise<string> {
  await mkdir(dirname(logFile), { recursive: true });
  const watched = function* (line: unknown) {
    onLine(String(line));
    yield line;
  };
  const { failed, code, exitCode, signal, stdout } = await execa(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
    stdin: 'ignore',
    stdout: watched,
    stderr: [watched, { file: logFile, append: true }],
    reject: false,
  });
  if (!failed) return stdout;
  if (code === 'ENOENT') throw new StartError(`${program} is not installed: ${remedy}`);
  const last = `${stdout}\n${await readFile(logFile, 'utf8')}`.trim().split('\n').slice(-5).join('\n  ');
  throw new StartError(
    `${program} ${args[0] ?? ''} failed (${exitCode ?? signal ?? code}). Its last lines, from ${logFile}:\n  ${last}`,
  );
}
