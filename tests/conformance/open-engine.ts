import { openDaprEngine } from './dapr-engine.ts';
import { openEmbeddedEngine } from './embedded-engine.ts';
import type { OpenEngine } from './engine.ts';

/** The engine that this run is about: `npm test` the embedded one, `npm run test:engine` real daprd on real Kafka. */
export const openEngine: OpenEngine =
  process.env['RONDO_ENGINE'] === 'dapr' ? openDaprEngine : openEmbeddedEngine;
