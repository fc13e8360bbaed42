/**
 * Loaded before each test file: ends its process when the tests are over but something still keeps it alive, like a socket or
 * a loop that a failed assertion left open. Otherwise `npm test` would wait for it for ever, and never show the failure.
 */
import { after } from 'node:test';

/** The hooks of the file itself come after this one, and may have to stop a host. */
const endAfterMs = Number(process.env['RONDO_TEST_END_AFTER_MS'] ?? 60_000);

// The runner loads this file as well, to pass it on to the test files.
if (process.env['NODE_TEST_CONTEXT']?.startsWith('child')) {
  // Hosts that a test starts get its flags, but are no tests.
  process.execArgv = process.execArgv.filter((flag) => !flag.includes(import.meta.filename));
  after(() => {
    setTimeout(() => {
      process.stderr.write(`Still open after the tests: ${process.getActiveResourcesInfo().join(', ')}\n`);
      process.exit(1);
    }, endAfterMs).unref();
  });
}
