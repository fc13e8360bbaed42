import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { portOr } from '@rondo/host-common/free-port';
import type { KafkaAddress } from '@rondo/release-job/kafka-address';
import { runTool } from '../toolchain/run-tool.ts';
import { SupervisedProcess, type Restart } from './supervised-process.ts';

export type KafkaOptions = {
  /** For its log segments and configuration. */
  directory: string;
  logDirectory: string;
  /** The directory with its jars. */
  jars: string;
  /** 0 picks a free port. */
  port: number;
  onRestart?: ((restart: Restart) => void) | undefined;
};

export type Kafka = {
  process: SupervisedProcess;
  /** With the user that administers it. */
  address: KafkaAddress;
};

const administrator = 'release-job';

/** With a fixed id, formatting a directory twice is safe. */
const clusterId = 'cm9uZG8tbG9jYWwta2Fma2E';

/**
 * Prepares a one-node Kafka in KRaft mode, and creates its directory if it is missing. The caller starts it. Only users may connect to it:
 * its administrator, who gets another password each time, and those whom the administrator makes.
 */
export async function prepareKafka({
  directory,
  logDirectory,
  jars,
  port,
  onRestart,
}: KafkaOptions): Promise<Kafka> {
  const [listens, controls] = [await portOr(port), await portOr(0)];
  const configuration = join(directory, 'server.properties');
  await mkdir(directory, { recursive: true });
  const password = randomBytes(24).toString('base64url');
  // An earlier file may be readable by others.
  await rm(configuration, { force: true });
  await writeFile(configuration, propertiesOf({ listens, controls, directory, password }), { mode: 0o600 });
  const classPath = ['-cp', join(jars, '*')];
  await runTool(
    'java',
    [
      ...classPath,
      'kafka.tools.StorageTool',
      'format',
      '--ignore-formatted',
      '-t',
      clusterId,
      '-c',
      configuration,
    ],
    {
      logFile: join(logDirectory, 'kafka-format.log'),
      remedy: 'Kafka needs Java: install a JRE of version 17 or newer (Debian: default-jre-headless).',
    },
  );
  const process = new SupervisedProcess({
    name: 'kafka',
    command: 'java',
    // Without the optimizing compiler, which would use half a core for the first minutes.
    args: [
      '-Dorg.slf4j.simpleLogger.showDateTime=true',
      '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS',
      '-Xms256m',
      '-Xmx256m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      ...classPath,
      'kafka.Kafka',
      configuration,
    ],
    logFile: join(logDirectory, 'kafka.log'),
    isReady: () => accepts(listens),
    readyTimeoutMs: 60_000,
    stopTimeoutMs: 20_000,
    onRestart,
  });
  const signIn = { username: administrator, password, mechanism: 'PLAIN', tls: false } as const;
  return { process, address: { brokers: `127.0.0.1:${listens}`, signIn } };
}

function propertiesOf(given: {
  listens: number;
  controls: number;
  directory: string;
  password: string;
}): string {
  const { listens, controls, directory, password } = given;
  const plainLogin =
    `org.apache.kafka.common.security.plain.PlainLoginModule required username="${administrator}" ` +
    `password="${password}" user_${administrator}="${password}";`;
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controls}`,
    listeners: `BROKER://127.0.0.1:${listens},CONTROLLER://127.0.0.1:${controls}`,
    'advertised.listeners': `BROKER://127.0.0.1:${listens}`,
    'listener.security.protocol.map': 'BROKER:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT',
    'inter.broker.listener.name': 'BROKER',
    'controller.listener.names': 'CONTROLLER',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'sasl.mechanism.controller.protocol': 'PLAIN',
    'listener.name.broker.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256',
    'listener.name.broker.plain.sasl.jaas.config': plainLogin,
    'listener.name.broker.scram-sha-256.sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'listener.name.controller.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.controller.plain.sasl.jaas.config': plainLogin,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': `User:${administrator}`,
    'log.dirs': join(directory, 'data'),
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '10',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
    socket.once('connect', () => socket.destroy());
  });
}
