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
  /** Kills broker and sidecars where they stand; resolves when all of them serve again. */
  crash(): Promise<void>;
  /** Takes the broker away from the sidecars, which live on, and gives it back. */
  stopBroker(): Promise<void>;
  startBroker(): Promise<void>;
};

export type ConformanceSidecar = {
  url: string;
  api_token: string;
  /** Ends it orderly, for good. */
  stop(): Promise<void>;
  /** Ends it orderly and starts it again at the same address, as an update does. */
  restart(): Promise<void>;
  /** Kills it where it stands; resolves when it serves again. The broker may have to die with it. */
  crash(): Promise<void>;
};

/** Opens the engine for one test file. `secrets` is what its secret store holds. */
export type OpenEngine = (
  t: Cleanup,
  secrets: Record<string, Record<string, string>>,
) => Promise<ConformanceEngine>;

/** What an app named `scoped` may do in the component `pubsub`; every other app may use all topics. */
export const scopedTo = { publishing: 'allowed', subscribing: 'allowed' };
