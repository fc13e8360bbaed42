import type { RecordingApp } from './recording-app.ts';

/** Registers a hook for the end: the context of a test, or node:test for a whole file. */
export type Cleanup = { after(hook: () => unknown): void };

/** An implementation under test: sidecars with Dapr's HTTP API, on a broker of their own. */
export type ConformanceEngine = {
  /** The pub/sub component whose consumer group is the app id. */
  pubsub: string;
  /** The pub/sub component in which each sidecar has a consumer group of its own. */
  fanout: string;
  statestore: string;
  secretstore: string;
  /** The name of a new topic. It exists before the test, as in a cluster. */
  topic(): string;
  /** Starts a sidecar for an app, which may listen already or later. */
  startSidecar(appId: string, app: RecordingApp): Promise<ConformanceSidecar>;
  /** Kills broker and sidecars. Resolves when all of them are ready again. */
  crash(): Promise<void>;
  /** Stops and starts the broker while the sidecars run. */
  stopBroker(): Promise<void>;
  startBroker(): Promise<void>;
};

export type ConformanceSidecar = {
  url: string;
  apiToken: string;
  /** Stops the sidecar for good, with SIGTERM or the like. */
  stop(): Promise<void>;
  /** Stops it and starts it again at the same address, as an update does. */
  restart(): Promise<void>;
  /** Kills it, and the broker if both are one process. Resolves when it is ready again. */
  crash(): Promise<void>;
};

/** Starts the engine for one test file. `secrets` is the content of its secret store. */
export type OpenEngine = (
  t: Cleanup,
  secrets: Record<string, Record<string, string>>,
) => Promise<ConformanceEngine>;

/** The only topics of the component `pubsub` that the app `scoped` may use. Other apps may use all. */
export const scopedTo = { publishing: 'allowed', subscribing: 'allowed' };
