import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export type Step = {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
};

export type Job = {
  needs?: string | string[];
  if?: string;
  'timeout-minutes'?: number;
  permissions?: Record<string, string>;
  environment?: { name: string };
  concurrency?: { group: string; 'cancel-in-progress': boolean };
  strategy?: { matrix: { include: { image: string; dockerfile: string }[] } };
  steps: Step[];
};

type Workflow = {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
};

export const root = join(import.meta.dirname, '../..');
export const text = readFileSync(join(root, '.github/workflows/ci-cd.yaml'), 'utf8');
export const workflow = parse(text) as Workflow;
export const jobs = Object.entries(workflow.jobs);

/** The jobs that a job waits for, directly or indirectly. */
export function neededBy(name: string): Set<string> {
  const found = new Set<string>();
  const { needs = [] } = workflow.jobs[name] ?? {};
  for (const needed of [needs].flat()) {
    found.add(needed);
    for (const further of neededBy(needed)) found.add(further);
  }
  return found;
}
