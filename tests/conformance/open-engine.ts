import { openDaprEngine } from './dapr-engine.ts';
import { openEmulatorEngine } from './emulator-engine.ts';
import { isRealEngine } from '../support/host-process.ts';
import type { OpenEngine } from './engine.ts';

/** Starts the engine that `RONDO_ENGINE` names; the emulator by default. */
export const openEngine: OpenEngine = isRealEngine ? openDaprEngine : openEmulatorEngine;
