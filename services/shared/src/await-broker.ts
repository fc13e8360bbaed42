/**
 * Waits until one of the brokers in KAFKA_BROKERS (`host:port`, comma-separated) accepts a connection. A pod runs it before
 * its sidecar, which would exit without a broker.
 */
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const connectTimeoutMs = 2_000;
const retryAfterMs = 500;
const reportEveryMs = 10_000;

const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',').filter(Boolean);
if (brokers.length === 0) throw new Error('KAFKA_BROKERS is missing.');

const accepts = (broker: string): Promise<boolean> =>
  new Promise((resolve) => {
    const end = broker.lastIndexOf(':');
    const socket = connect({
      host: broker.slice(0, end),
      port: Number(broker.slice(end + 1)),
      timeout: connectTimeoutMs,
    });
    const settle = (isAccepted: boolean) => {
      socket.destroy();
      resolve(isAccepted);
    };
    socket.once('connect', () => settle(true));
    socket.once('timeout', () => settle(false));
    socket.once('error', () => settle(false));
  });

let reportedAt = performance.now();
while (!(await Promise.all(brokers.map((broker) => accepts(broker)))).includes(true)) {
  if (performance.now() - reportedAt > reportEveryMs) {
    process.stdout.write(`waiting for a broker at ${brokers.join(', ')}\n`);
    reportedAt = performance.now();
  }
  await pause(retryAfterMs);
}
