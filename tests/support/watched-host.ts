import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { openKillableHost } from './killable-host.ts';
import type { Person } from './person.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const maxBlockMs = 50;
const attempts = 4;

/** A host whose event loop is watched. */
export type WatchedHost = {
  ada: Person;
  url: () => string;
  /** The longest block since the last call, in milliseconds. */
  longestBlock(): Promise<number>;
};

export async function openWatchedHost(
  t: TestContext,
  env: Record<string, string> = {},
): Promise<WatchedHost> {
  const socket = join(await temporaryDirectory(t), 'delay');
  const preload = pathToFileURL(join(import.meta.dirname, 'report-event-loop-delay.ts')).href;
  const host = await openKillableHost(t, ['ada'], {
    NODE_OPTIONS: `--import=${preload}`,
    RONDO_TEST_DELAY_SOCKET: socket,
    ...env,
  });
  const [ada] = host.people;
  assert.ok(ada);
  return {
    ada,
    url: () => host.current().endpoints.url,
    longestBlock: async () => Number(await text(connect(socket))),
  };
}

/** A loop that takes this time on a usual machine that has nothing else to do. */
const loopMs = 10;

/** How many times slower than a usual machine this one is now. Processors that share a core and caches slow each other. */
function slowness(): number {
  const before = process.threadCpuUsage();
  let value = 1;
  for (let index = 0; index < 10_000_000; index += 1) value = (Math.imul(value, 1_103_515_245) + 12_345) | 0;
  const { user, system } = process.threadCpuUsage(before);
  assert.notEqual(value, 0);
  return Math.max(1, (user + system) / 1_000 / loopMs);
}

/**
 * Runs work, and asserts that it blocks the host by at most 50 ms more than the host is while idle, as a usual machine would
 * measure it. The best of some attempts counts, since the first ones compile.
 */
export async function assertUnblocked(
  t: TestContext,
  host: WatchedHost,
  work: () => Promise<void>,
): Promise<void> {
  let best = Infinity;
  for (let attempt = 1; attempt <= attempts && best > maxBlockMs; attempt += 1) {
    await host.longestBlock();
    await pause(300);
    const idle = await host.longestBlock();
    await work();
    const busy = await host.longestBlock();
    const times = slowness();
    best = Math.min(best, (busy - idle) / times);
    t.diagnostic(
      `blocked for ${busy.toFixed(1)} ms, while idle for ${idle.toFixed(1)} ms; ${times.toFixed(1)} times slower`,
    );
  }
  assert.ok(best <= maxBlockMs, `${best} ms`);
}

/** @returns the body of an answer that has one of these statuses */
export async function assertStatus(
  answer: Promise<{ status: number; body: unknown }>,
  ...allowed: number[]
): Promise<unknown> {
  const { status, body } = await answer;
  assert.ok(allowed.includes(status), `${status} ${JSON.stringify(body)?.slice(0, 500)}`);
  return body;
}
