import { createServer } from 'node:net';
import { StartError } from './start-error.ts';

/**
 * Where free ports are looked for: below those that systems give to outgoing connections (Linux from 32768 on), which could
 * take one between the look and its use. Each process begins at a place of its own, because hosts that start at the same
 * time look at the same moment.
 */
const first = 20_000;
const places = 700;
const portsAPlace = 17;
let next = first + (process.pid % places) * portsAPlace;

/**
 * A port that nothing listens on right now: the given one, unless it is 0.
 * @throws StartError when there is none
 */
export async function portOr(port: number): Promise<number> {
  if (port !== 0) return port;
  for (let look = 0; look < places * portsAPlace; look += 1) {
    const candidate = next;
    next = candidate + 1 < first + places * portsAPlace ? candidate + 1 : first;
    if (await isFree(candidate)) return candidate;
  }
  throw new StartError(
    `No port from ${first} on is free on 127.0.0.1: stop something, or name ports (RONDO_PORT).`,
  );
}

/** @throws StartError where something listens on a port that was asked for */
export async function mustBeFree(port: number, variable: string): Promise<void> {
  if (port !== 0 && !(await isFree(port)))
    throw new StartError(
      `Port ${port} is in use: stop what listens there, or set ${variable} to another one.`,
    );
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const isListening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (isListening) await new Promise((resolve) => server.close(resolve));
  return isListening;
}
