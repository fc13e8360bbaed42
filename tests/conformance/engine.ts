import type { RecordingApp } from './recording-app.ts';

/** Registers what is to be done at the end: a test's context, or node:test itself for a whole file. */
export type Cleanup = { after(hook: () => unknown): void };

/** An engine under test: something that speaks Dapr's HTTP API, on a broker of its own. */
export type ConformanceEngine = {
  /** The pub/sub component whose consumer group is the app id, and the one in which every sidecar is a group of its own. */
  pubsub: string;
  fanout: string;
  statestore: string;
  secretstore: string;
  /** Topics exist beforehand, as a cluster's do; each case uses one of its own. */
  topic(): string;
  /** Starts a sidecar for an app. The app may be listening already, or not yet. */
  startSidecar(appId: string, app: RecordingApp): Promise<ConformanceSidecar>;
  /** Stops broker and sidecars as a crash would leave them, and starts the broker again. */
  restartBroker(): Promise<void>;
};

export type ConformanceSidecar = {
  url: string;
  api_token: string;
  stop(): Promise<void>;
};

/** Opens the engine for one test file. `secrets` is what its secret store holds. */
export type OpenEngine = (
  t: Cleanup,
  secrets: Record<string, Record<string, string>>,
) => Promise<ConformanceEngine>;
