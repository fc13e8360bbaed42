/** A worker thread that sends a YAML document as JSON text, without its servers. `workerData` is the path of its file. */
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { parse } from 'yaml';

const { servers: _servers, ...document } = parse(readFileSync(workerData as string, 'utf8')) as Record<
  string,
  unknown
>;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port has no origin
parentPort?.postMessage(JSON.stringify(document));
