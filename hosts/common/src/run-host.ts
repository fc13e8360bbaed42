import { untilSignal } from '@rondo/shared/until-signal';
import { fileLimitHint } from './file-limit.ts';
import { closeKeyFiles } from './key-files.ts';
import { startErrorOf } from './start-error.ts';

/**
 * Starts a host, prints what `describe` returns, and runs the host until a signal arrives.
 * @param begin starts the host; `say` prints a line in the terminal
 * @throws the errors of `begin`, unless a signal came first
 */
export async function runHost<Host extends { stop(): Promise<void> }>(
  dataDir: string,
  begin: (say: (line: string) => void) => Promise<Host>,
  describe: (host: Host, seconds: string) => string[],
): Promise<void> {
  const began = performance.now();
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  let isStopped = false;
  const stopped = untilSignal().then(() => (isStopped = true));
  const hint = await fileLimitHint();
  if (hint) say(hint);
  let host: Host;
  try {
    await closeKeyFiles(dataDir, say);
    host = await begin(say);
  } catch (error) {
    // Ctrl-C also reaches the programs that run during the start, and their failure is the first error.
    if (!isStopped) throw startErrorOf(error, dataDir);
    say('Stopped before the start was complete.');
    process.exitCode = 130;
    return;
  }
  for (const line of describe(host, ((performance.now() - began) / 1000).toFixed(1))) say(line);
  await stopped;
  say('Stopping…');
  await host.stop();
  say('Stopped. All data is saved.');
}
