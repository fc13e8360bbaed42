import { once } from 'node:events';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { load, type LoadOptions, type LoadRequest } from './http-load.ts';

export type Flood = Pick<LoadOptions, 'url' | 'connections' | 'durationMs'> & { request: LoadRequest };

/**
 * Sends one request over and over, as fast as it is answered, from a thread of its own: what is measured meanwhile must not wait for the
 * many connections of this one.
 * @returns how many answers each status had
 */
export async function flood(options: Flood): Promise<Map<number, number>> {
  const worker = new Worker(new URL(import.meta.url), { workerData: options });
  const [statuses] = (await once(worker, 'message')) as [Map<number, number>];
  return statuses;
}

if (parentPort) {
  const { request, ...options } = workerData as Flood;
  const statuses = new Map<number, number>();
  const count = (status: number) => statuses.set(status, (statuses.get(status) ?? 0) + 1);
  await load({ ...options, request: () => request, onAnswer: count });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread is no window
  parentPort.postMessage(statuses);
}
