import type { Issuer } from '@rondo/gateway/issuer';
import type { HostProcess } from '../../tests/support/host-process.ts';

/** A measured figure, as in the files of `bench/results`. */
export type Figure = {
  name: string;
  value: number;
  unit: string;
  target?: { at_least: number } | { at_most: number };
  note?: string;
};

/** `dapr` if RONDO_ENGINE=dapr: Kafka, daprd and services are processes on the same machine. */
export type EngineName = 'embedded' | 'dapr';

export type Scenario = {
  name: string;
  /** Settings of its host. By default rate limits are off. */
  env?: Record<string, string>;
  run(bench: Bench): Promise<Figure[]>;
};

/** A running host with a data directory of its own, which is empty when the scenario starts. */
export type Bench = {
  engine: EngineName;
  host: HostProcess;
  issuer: Issuer;
  dataDir: string;
  /** From the start of the host's process until it was ready. */
  readyMs: number;
  /** Stops the host, runs `meanwhile`, and starts the host again. */
  restart(meanwhile?: () => Promise<void>): Promise<{ host: HostProcess; readyMs: number }>;
  /** Waits until Todo's outbox is empty. */
  waitUntilPublished(): Promise<void>;
};

/** Returns whether a figure reaches its target, or undefined if it has none. */
export function isMet({ value, target }: Figure): boolean | undefined {
  if (!target) return undefined;
  return 'at_least' in target ? value >= target.at_least : value <= target.at_most;
}
