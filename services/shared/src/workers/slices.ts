import { performance } from 'node:perf_hooks';

/** A slice of long work may keep the event loop for this long. */
const sliceMs = 5;
/** After a slice that took longer than this, the event loop rests for at least as long: until it was idle for a moment. */
const minRestMs = 1;
const idleMs = 0.5;

/** Work that waits for its next slice, first come, first served. */
const waiting: (() => void)[] = [];
let isTurning = false;

/**
 * Works through items without blocking the event loop: each time that it has worked for 5 ms, it lets other work go first. All
 * long work on an event loop takes turns, and has half of its time at most while there is other work: what others do takes
 * several steps, such as a query and its answer, and a slice between each two would delay each of them.
 * An item that takes longer than a slice does block the event loop.
 * @param work may return a promise, which is awaited
 */
export async function inSlices<Item>(
  items: Iterable<Item>,
  work: (item: Item) => void | Promise<void>,
): Promise<void> {
  if (isTurning) await nextSlice();
  const pause = createPauses();
  for (const item of items) {
    const done = work(item);
    if (done) await done;
    const rest = pause();
    if (rest) await rest;
  }
}

/** For loops of other forms: the returned function gives a promise to await if the slice is used up, else undefined. */
export function createPauses(): () => Promise<void> | undefined {
  let end = performance.now() + sliceMs;
  const rest = async () => {
    await nextSlice();
    end = performance.now() + sliceMs;
  };
  return () => (performance.now() < end ? undefined : rest());
}

/** Waits for a turn of the event loop with no other slice in it. For work of one piece that takes tens of milliseconds. */
export function nextSlice(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (isTurning) return;
    isTurning = true;
    setImmediate(turn);
  });
}

/** Starts one slice, which runs when this function has returned, and lets the event loop rest after it. */
function turn(): void {
  const begin = performance.now();
  waiting.shift()?.();
  // A tick that a promise asks for comes when no promise has anything left to do: the slice is over.
  void Promise.resolve().then(() => process.nextTick(() => restAfter(performance.now() - begin)));
}

function restAfter(tookMs: number): void {
  if (tookMs < minRestMs) setImmediate(next);
  else setImmediate(rest, Math.min(tookMs, sliceMs));
}

function next(): void {
  isTurning = waiting.length > 0;
  if (isTurning) turn();
}

/** Waits until the event loop has had nothing to do for a moment, or for as long as the slice took. */
function rest(maxMs: number): void {
  const begin = performance.now();
  const before = performance.eventLoopUtilization();
  const look = () => {
    const { idle } = performance.eventLoopUtilization(before);
    if (idle >= idleMs || performance.now() - begin >= maxMs) next();
    else setTimeout(look, minRestMs);
  };
  if (waiting.length === 0) isTurning = false;
  else setTimeout(look, minRestMs);
}
