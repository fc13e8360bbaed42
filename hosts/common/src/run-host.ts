import { untilSignal } from '@rondo/shared/until-signal';
import { fileLimitHint } from './file-limit.ts';
import { isFull, startErrorOf } from './start-error.ts';

/** What the terminal needs of a running host. */
export type TerminalHost = {
  /** Resolves when PostgreSQL has ended, whether it was stopped or crashed. */
  databaseGone: Promise<void>;
  stop(): Promise<void>;
  /** Where PostgreSQL's last lines are. */
  logs: string;
};

/**
 * Starts a host, prints what `describe` says of it, and runs it until a signal, or until its PostgreSQL ends.
 * @param dataDir its data directory
 * @param begin starts the host; `say` prints a line while it does
 * @throws what `begin` throws, unless a signal came first
 */
export async function runHost<Host extends TerminalHost>(
  dataDir: string,
  begin: (say: (line: string) => void) => Promise<Host>,
  describe: (host: Host, seconds: string) => string[],
): Promise<void> {
  const began = performance.now();
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  let isStopped = false;
  const stopped = untilSignal().then(() => {
    isStopped = true;
    return undefined;
  });
  const hint = await fileLimitHint();
  if (hint) say(hint);
  let host: Host;
  try {
    host = await begin(say);
  } catch (error) {
    // Ctrl-C reaches the programs that a start runs as well, and the first error after it is theirs.
    if (!isStopped) throw startErrorOf(error, dataDir);
    say('Stopped before it was ready.');
    process.exitCode = 130;
    return;
  }
  for (const line of describe(host, ((performance.now() - began) / 1000).toFixed(1))) say(line);
  const crashed = host.databaseGone.then(() => 'PostgreSQL has ended unexpectedly' as const);
  const reason = await Promise.race([stopped, crashed]);
  if (reason) process.exitCode = 1;
  if (reason && (await isFull(dataDir))) say(`The disk that holds ${dataDir} is full.`);
  say(reason ? `${reason}. Its last lines are in ${host.logs}. Stopping…` : 'Stopping…');
  await host.stop();
  say('Stopped. All data is saved.');
}
