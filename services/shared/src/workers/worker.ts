/** Something that runs beside the routes: a relay, a queue, a cleanup. */
export type Worker = {
  start(): void;
  /** Ends the work under way, then resolves. */
  stop(): Promise<void>;
  /** Ends a sleep: there may be work now. */
  wake?(): void;
  /** Whether it has more work than it can do at once. */
  readonly isBehind?: boolean;
};
