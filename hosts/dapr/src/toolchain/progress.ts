import type { Toolchain } from './toolchain.ts';

const reportEveryMs = 10_000;

/** Runs a long step, and prints its progress every ten seconds. */
export async function withProgress<Result>(
  { say }: Toolchain,
  describe: () => string,
  step: () => Promise<Result>,
): Promise<Result> {
  const began = performance.now();
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - began) / 1000);
    say(`  ${describe()} (${seconds} s)`);
  }, reportEveryMs);
  try {
    return await step();
  } finally {
    clearInterval(timer);
  }
}
