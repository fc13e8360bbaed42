/** `npm run audit:verify FILE`: verifies an export of `GET /api/v1/audit/export` offline. Exits with 1 if it is broken. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { verifyExport } from '../domain/verify-export.ts';

const [file] = process.argv.slice(2);
const lines = createInterface({
  input: file === undefined || file === '-' ? process.stdin : createReadStream(file),
});
const { message, isIntact } = await verifyExport(lines).catch((error: unknown) => ({
  message: `broken: the export can't be read: ${String(error)}`,
  isIntact: false,
}));
process.stdout.write(`${message}\n`);
process.exitCode = isIntact ? 0 : 1;
