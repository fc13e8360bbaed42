import type { Toolchain } from './toolchain.ts';

const reportEveryMs = 10_000;

/** Prints how far a long step is, every ten seconds until it is disposed. */
export function reportProgress({ say }: Toolchain, describe: () => string): Disposable {
  const began = performance.now();
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - began) / 1000);
    say(`  ${describe()} (${seconds} s)`);
  }, reportEveryMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
