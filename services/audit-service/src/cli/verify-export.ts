/** `npm run audit:verify FILE`: proves an export of `GET /api/v1/audit/export` offline; exits 1 where it is broken. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { proveExport } from '../domain/prove-export.ts';

const [file] = process.argv.slice(2);
const lines = createInterface({
  input: file === undefined || file === '-' ? process.stdin : createReadStream(file),
});
const { message, is_proven: isProven } = await proveExport(lines).catch((error: unknown) => ({
  message: `broken: the export can't be read: ${String(error)}`,
  is_proven: false,
}));
process.stdout.write(`${message}\n`);
process.exitCode = isProven ? 0 : 1;
