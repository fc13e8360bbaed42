import type { HostProcess } from '../../tests/support/host-process.ts';
import type { Issuer } from '@rondo/embedded/issuer';

/** One measured figure beside its target. */
export type Figure = {
  name: string;
  value: number;
  unit: string;
  /** What the figure should reach: at least, or at most. */
  target?: { at_least: number } | { at_most: number };
  note?: string;
};

export type Scenario = {
  name: string;
  run(bench: Bench): Promise<Figure[]>;
};

/** What a scenario works with: a fresh host on a data directory of its own. */
export type Bench = {
  host: HostProcess;
  issuer: Issuer;
  data_dir: string;
  restart(): Promise<{ host: HostProcess; ready_ms: number }>;
};

export function isMet({ value, target }: Figure): boolean | undefined {
  if (!target) return undefined;
  return 'at_least' in target ? value >= target.at_least : value <= target.at_most;
}
