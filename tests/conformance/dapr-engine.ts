import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { portOr } from '@rondo/host-common/free-port';
import { prepareDaprd, type Daprd } from '@rondo/host-dapr/processes/daprd';
import { prepareKafka } from '@rondo/host-dapr/processes/kafka';
import { provideDaprd } from '@rondo/host-dapr/toolchain/daprd';
import { provideKafkaJars } from '@rondo/host-dapr/toolchain/kafka-jars';
import { cacheDirectoryOf } from '@rondo/host-dapr/toolchain/toolchain';
import type { SupervisedProcess } from '@rondo/host-dapr/processes/supervised-process';
import type { KafkaAddress } from '@rondo/release-job/kafka-address';
import { createTopics, openAdmin } from '@rondo/release-job/kafka-admin';
import { createTestDatabase } from '@rondo/shared/test/database';
import { eventually } from '@rondo/shared/test/eventually';
import { scopedTo, type OpenEngine } from './engine.ts';

const apiToken = 'api-token-of-conformance';
const topicsPerFile = 40;
const partitionsPerTopic = 4;
const initializationRetries = 'DaprBuiltInInitializationRetries';
const clusterResiliency = resolve(import.meta.dirname, '../../k8s/dapr-components/resiliency.yaml');

/** Starts real daprd on real Kafka for one test file. */
export const openDaprEngine: OpenEngine = async (t, secrets) => {
  const toolchain = {
    cacheDir: cacheDirectoryOf(process.env),
    say: (line: string) => void process.stderr.write(`${line}\n`),
  };
  const [binary, jars] = await Promise.all([provideDaprd(toolchain), provideKafkaJars(toolchain)]);
  const directory = await mkdtemp(join(tmpdir(), 'rondo-conformance-'));
  const { url } = await createTestDatabase(t);
  const kafka = await prepareKafka({
    directory: join(directory, 'kafka'),
    logDirectory: directory,
    jars,
    port: 0,
  });
  const sidecars = new Set<Daprd>();
  t.after(async () => {
    await Promise.all([...sidecars].map(({ process }) => process.stop()));
    await kafka.process.stop();
    await rm(directory, { recursive: true, force: true });
  });
  await kafka.process.start();

  const names = Array.from({ length: topicsPerFile }, (_, n) => `topic-${n}`);
  await createTopics(
    kafka.address,
    [...names, scopedTo.publishing].map((name) => ({
      name,
      partitions: partitionsPerTopic,
      retentionMs: 3_600_000,
    })),
    { replicas: 1, timeoutMs: 30_000 },
  );
  await untilTopicsHaveLeaders(kafka.address, [...names, scopedTo.publishing]);
  const resources = join(directory, 'resources');
  await writeResources(resources, { kafka: kafka.address, database_url: url, secrets });

  await writeFile(join(directory, 'configuration.yaml'), stringify(tracing));

  return {
    pubsub: 'pubsub',
    fanout: 'fanout',
    statestore: 'state',
    secretstore: 'secrets',
    topic() {
      const name = names.pop();
      if (name === undefined) throw new Error(`this file uses more than ${topicsPerFile} topics`);
      return name;
    },
    async startSidecar(appId, app) {
      const sidecar = await prepareDaprd({
        binary,
        appId,
        appPort: app.port,
        httpPort: await portOr(0),
        apiToken,
        appToken: app.appToken,
        resources,
        configuration: join(directory, 'configuration.yaml'),
        logDirectory: directory,
      });
      await sidecar.process.start();
      sidecars.add(sidecar);
      return {
        url: sidecar.url,
        apiToken,
        async stop() {
          sidecars.delete(sidecar);
          await sidecar.process.stop();
        },
        async restart() {
          await sidecar.process.stop();
          await sidecar.process.start();
        },
        async crash() {
          await sidecar.process.kill('SIGKILL');
          await sidecar.process.ready();
        },
      };
    },
    async crash() {
      await Promise.all([kafka.process, ...[...sidecars].map(({ process }) => process)].map(kill));
      await kafka.process.ready();
      await Promise.all([...sidecars].map(({ process }) => process.ready()));
    },
    stopBroker: () => kafka.process.stop(),
    startBroker: () => kafka.process.start(),
  };
};

const kill = (process: SupervisedProcess) => process.kill('SIGKILL');

/** A new topic has no leader yet, and a publish to it fails. */
async function untilTopicsHaveLeaders(address: KafkaAddress, names: string[]): Promise<void> {
  const admin = openAdmin(address);
  const partitions = Array.from({ length: partitionsPerTopic }, (_, partitionIndex) => ({
    partitionIndex,
    timestamp: -1n,
  }));
  await eventually(
    async () => (await admin.listOffsets({ topics: names.map((name) => ({ name, partitions })) })).length > 0,
    { every_ms: 100, timeout_ms: 30_000, what: 'every topic to have a leader' },
  );
  await admin.close();
}

async function writeResources(
  directory: string,
  options: { kafka: KafkaAddress; database_url: string; secrets: Record<string, Record<string, string>> },
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const secretsFile = join(directory, 'secrets.json');
  await writeFile(secretsFile, JSON.stringify(options.secrets), { mode: 0o600 });
  const kafka = {
    brokers: options.kafka.brokers,
    authType: 'password',
    saslUsername: options.kafka.signIn.username,
    saslPassword: options.kafka.signIn.password,
    saslMechanism: 'PLAINTEXT',
    disableTls: 'true',
    version: '3.9.0',
    consumeRetryInterval: '20ms',
  };
  const components = [
    componentOf('pubsub', 'pubsub.kafka', 'v1', {
      ...kafka,
      consumerGroup: '{appID}',
      initialOffset: 'oldest',
      publishingScopes: `scoped=${scopedTo.publishing}`,
      subscriptionScopes: `scoped=${scopedTo.subscribing}`,
    }),
    componentOf('fanout', 'pubsub.kafka', 'v1', {
      ...kafka,
      consumerGroup: '{uuid}',
      initialOffset: 'newest',
    }),
    componentOf('state', 'state.postgresql', 'v2', { connectionString: options.database_url }),
    componentOf('secrets', 'secretstores.local.file', 'v1', { secretsFile, multiValued: 'true' }),
    await endlessRetries(['pubsub', 'fanout']),
  ];
  for (const component of components)
    await writeFile(join(directory, `${component.metadata.name}.yaml`), stringify(component));
}

function componentOf(name: string, type: string, version: string, metadata: Record<string, string>) {
  return {
    apiVersion: 'dapr.io/v1alpha1',
    kind: 'Component',
    metadata: { name },
    spec: { type, version, metadata: Object.entries(metadata).map(([key, value]) => ({ name: key, value })) },
  };
}

/**
 * Without a retry policy the first failure would go to the dead letters. The policy for the request for subscriptions is
 * the cluster's.
 */
async function endlessRetries(components: string[]) {
  const cluster = parse(await readFile(clusterResiliency, 'utf8')) as {
    spec: { policies: { retries: Record<string, unknown> } };
  };
  const retries = {
    again: { policy: 'constant', duration: '20ms', maxRetries: -1 },
    [initializationRetries]: cluster.spec.policies.retries[initializationRetries],
  };
  const targets = Object.fromEntries(components.map((name) => [name, { inbound: { retry: 'again' } }]));
  return {
    apiVersion: 'dapr.io/v1alpha1',
    kind: 'Resiliency',
    metadata: { name: 'resiliency' },
    spec: { policies: { retries }, targets: { components: targets } },
  };
}

/** Traces each publication, as in a cluster. */
const tracing = {
  apiVersion: 'dapr.io/v1alpha1',
  kind: 'Configuration',
  metadata: { name: 'configuration' },
  spec: { tracing: { samplingRate: '1' } },
};
