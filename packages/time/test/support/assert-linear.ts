import assert from 'node:assert/strict';

/**
 * Asserts that the processor time of a computation grows with the size of its input, not with its square: doubling the
 * input twice may take eight times as long, where linear is four times, and quadratic is sixteen times. The best of three
 * counts, because the first one may wait for the compiler.
 * @param compute gets a size
 */
export async function assertLinear(size: number, compute: (size: number) => unknown): Promise<void> {
  const small = await bestTimeOf(() => compute(size));
  const large = await bestTimeOf(() => compute(4 * size));
  assert.ok(large <= 8 * small + 20, `size ${size}: ${small} ms, size ${4 * size}: ${large} ms`);
}

async function bestTimeOf(compute: () => unknown): Promise<number> {
  let best = Infinity;
  for (let run = 0; run < 3; run += 1) {
    const before = process.cpuUsage();
    await compute();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1_000);
  }
  return best;
}
