import { mkdir, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { portOr } from '@rondo/host-common/free-port';
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

export type Kafka = { process: SupervisedProcess; brokers: string };

/** With a fixed id, formatting a directory twice is safe. */
const clusterId = 'cm9uZG8tbG9jYWwta2Fma2E';

/** Prepares a one-node Kafka in KRaft mode, and creates its directory if it is missing. The caller starts it. */
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
  await writeFile(configuration, propertiesOf({ listens, controls, directory }));
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
  return { process, brokers: `127.0.0.1:${listens}` };
}

function propertiesOf(given: { listens: number; controls: number; directory: string }): string {
  const { listens, controls, directory } = given;
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controls}`,
    listeners: `PLAINTEXT://127.0.0.1:${listens},CONTROLLER://127.0.0.1:${controls}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${listens}`,
    'controller.listener.names': 'CONTROLLER',
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
