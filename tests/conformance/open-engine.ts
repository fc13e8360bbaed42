import { openDaprEngine } from './dapr-engine.ts';
import { openEmbeddedEngine } from './embedded-engine.ts';
import { isRealEngine } from '../support/host-process.ts';
import type { OpenEngine } from './engine.ts';

/** The engine that this run is about. */
export const openEngine: OpenEngine = isRealEngine ? openDaprEngine : openEmbeddedEngine;
