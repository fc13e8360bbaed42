import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import type { KafkaAddress } from '../../src/kafka-address.ts';

const program = resolve(import.meta.dirname, '../../src/await-broker.ts');

/** Starts the program that a pod runs before its sidecar. It exits with 0 when the sidecar can start. */
export function awaitBroker({ brokers, signIn }: KafkaAddress, service: string): ChildProcess {
  return spawn(process.execPath, [...process.execArgv, program], {
    env: {
      SERVICE: service,
      KAFKA_BROKERS: brokers,
      KAFKA_USERNAME: signIn.username,
      KAFKA_PASSWORD: signIn.password,
      KAFKA_SASL_MECHANISM: signIn.mechanism,
      KAFKA_TLS: String(signIn.tls),
    },
    stdio: 'ignore',
  });
}
