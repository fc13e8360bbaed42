import type { Issuer } from '@rondo/gateway/issuer';
import type { HostProcess } from '../../tests/support/host-process.ts';

/** One measured figure beside its target. */
export type Figure = {
  name: string;
  value: number;
  unit: string;
  /** What the figure should reach: at least, or at most. */
  target?: { at_least: number } | { at_most: number };
  note?: string;
};

/** `dapr` with RONDO_ENGINE=dapr: Kafka, daprd and services as processes, on the same two cores. */
export type EngineName = 'embedded' | 'dapr';

export type Scenario = { name: string; run(bench: Bench): Promise<Figure[]> };

/** What a scenario works with: a host on a fresh data directory of its own. */
export type Bench = {
  engine: EngineName;
  host: HostProcess;
  issuer: Issuer;
  dataDir: string;
  /** How long the host took from its process's start until it was ready. */
  readyMs: number;
  /** Stops the host, does something meanwhile, and starts it again. */
  restart(meanwhile?: () => Promise<void>): Promise<{ host: HostProcess; readyMs: number }>;
  /** Waits until nothing waits to be published any more. */
  settle(): Promise<void>;
};

export function isMet({ value, target }: Figure): boolean | undefined {
  if (!target) return undefined;
  return 'at_least' in target ? value >= target.at_least : value <= target.at_most;
}
