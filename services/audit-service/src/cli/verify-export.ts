/**
 * `npm run audit:verify -- FILE [--keys KEYS] [--checkpoint FILE]…`: verifies an export of `GET /api/v1/audit/export` offline.
 * KEYS is an answer of `GET /api/v1/audit/keys`. A checkpoint file has checkpoints as JSON: answers of the API, the text of an
 * e-mail, or an earlier export. Exits with 1 if the export is broken.
 */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { AuditCheckpoint, AuditKeys } from '@rondo/shared/contracts/audit-checkpoint';
import { createSignatureCheck } from '../domain/checkpoint-keys.ts';
import { readCheckpoints } from '../domain/kept-checkpoints.ts';
import { verifyExport, type ExportVerification } from '../domain/verify-export.ts';

const linesOf = (file: string) =>
  createInterface({ input: file === '-' ? process.stdin : createReadStream(file) });

async function checkpointsOf(file: string): Promise<AuditCheckpoint[]> {
  const found = await readCheckpoints(linesOf(file));
  if (found.length === 0) throw new Error(`${file} has no checkpoint`);
  return found;
}

async function verify(): Promise<ExportVerification> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { keys: { type: 'string' }, checkpoint: { type: 'string', multiple: true, default: [] } },
  });
  const keys = values.keys === undefined ? undefined : await readFile(values.keys, 'utf8');
  const kept = await Promise.all(values.checkpoint.map((file) => checkpointsOf(file)));
  return verifyExport(linesOf(positionals[0] ?? '-'), {
    isSigned: keys === undefined ? undefined : createSignatureCheck(JSON.parse(keys) as AuditKeys),
    kept: kept.flat(),
  });
}

const { message, isIntact } = await verify().catch((error: unknown) => ({
  message: `broken: the export can't be verified: ${String(error)}`,
  isIntact: false,
}));
process.stdout.write(`${message}\n`);
process.exitCode = isIntact ? 0 : 1;
