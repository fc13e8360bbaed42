import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/**
 * Waits until a service's own process has started, by its log on standard output at the level `info`.
 * @returns its URL, and when and how it has ended
 */
export async function untilStarted(
  child: ChildProcessByStdio<null, Readable, null>,
): Promise<{ url: string; ended: Promise<string> }> {
  const ended = once(child, 'exit').then(([code, signal]) => `the service has ended with ${code ?? signal}`);
  for await (const line of createInterface(child.stdout)) {
    const { url, message } = JSON.parse(line) as { url?: string; message: string };
    if (url !== undefined && message === 'service started') {
      child.stdout.resume();
      return { url, ended };
    }
  }
  throw new Error(await ended);
}
