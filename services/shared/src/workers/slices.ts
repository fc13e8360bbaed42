/** A slice of long work may keep the event loop for this long. */
const sliceMs = 10;

/** Work that waits for its next slice, first come, first served. */
const waiting: (() => void)[] = [];
let isTurning = false;

/**
 * Works through items without blocking the event loop: each time that it has worked for 10 ms, it lets other work go first.
 * All long work on an event loop takes turns, one slice for each turn of the event loop, so that much of it at once doesn't block
 * it either. An item that takes longer than a slice does block it.
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

/** Starts one slice, and the next one after the event loop has looked at everything else. */
function turn(): void {
  waiting.shift()?.();
  isTurning = waiting.length > 0;
  if (isTurning) setImmediate(turn);
}
