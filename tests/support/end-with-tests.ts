/**
 * Loaded before each test file. Ends its process if the tests are over but something keeps it alive, such as a socket or a
 * loop that a failed assertion left open. Otherwise `npm test` would wait forever and never show the failure.
 */
import { after } from 'node:test';

/** The hooks of the test file run after this one, and may have to stop a host. */
const endAfterMs = Number(process.env['RONDO_TEST_END_AFTER_MS'] ?? 60_000);

// The test runner also loads this file, to pass it on to the test files.
if (process.env['NODE_TEST_CONTEXT']?.startsWith('child')) {
  // Hosts that a test starts inherit its flags, but are not tests.
  process.execArgv = process.execArgv.filter((flag) => !flag.includes(import.meta.filename));
  after(() => {
    setTimeout(() => {
      process.stderr.write(`Still open after the tests: ${process.getActiveResourcesInfo().join(', ')}\n`);
      process.exit(1);
    }, endAfterMs).unref();
  });
}
