import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Tracing } from './tracing.ts';

/** How a service reports what it does. */
export type Telemetry = { log: Log; metrics: Metrics; tracing: Tracing };
