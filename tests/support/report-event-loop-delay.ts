/**
 * Loaded into a host by a test: answers each connection to the socket at RONDO_TEST_DELAY_SOCKET with the longest block of the
 * event loop since the connection before, in milliseconds.
 */
import { createServer } from 'node:net';
import { watchEventLoop } from '@rondo/shared/test/event-loop';

const path = process.env['RONDO_TEST_DELAY_SOCKET'];
if (path !== undefined) {
  const watch = watchEventLoop();
  createServer((socket) => socket.end(String(watch.longestBlock())))
    .listen(path)
    .unref();
}
