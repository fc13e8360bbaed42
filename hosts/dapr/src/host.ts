import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { allOrError } from '@rondo/host-common/all-or-error';
import { watchDisk } from '@rondo/host-common/disk-watch';
import { writeEndpoints } from '@rondo/host-common/endpoints';
import { startHostGateway } from '@rondo/host-common/host-gateway';
import { openInstallationKeys } from '@rondo/host-common/installation-keys';
import { lockInstance } from '@rondo/host-common/instance-lock';
import { openLogFile } from '@rondo/host-common/log-file';
import { openPostgres } from '@rondo/host-common/open-postgres';
import { prepareDatabase } from '@rondo/host-common/prepare-database';
import { checkPorts, plannedPorts } from '@rondo/host-common/planned-ports';
import { randomTokens, secretsOf } from '@rondo/host-common/service-environment';
import { resolvePorts, resolvePortsOf } from '@rondo/host-common/service-ports';
import type { Issuer } from '@rondo/gateway/issuer';
import type { KafkaAddress } from '@rondo/release-job/kafka-address';
import { prepareAccess, type BrokerUser } from '@rondo/release-job/prepare-access';
import { prepareTopics } from '@rondo/release-job/prepare-topics';
import { createLog } from '@rondo/shared/observability/log';
import type { ServicePorts } from '@rondo/shared/service-registry';
import { prepareKafka } from './processes/kafka.ts';
import { endLeftBehind } from './processes/left-behind.ts';
import { reportRestarts } from './processes/report-restarts.ts';
import { rotateLogsIn } from './processes/rotate-logs.ts';
import type { SupervisedProcess } from './processes/supervised-process.ts';
import { layResources } from './resources.ts';
import { prepareServicePair, type ServicePair } from './service-pair.ts';
import type { EngineSettings } from './settings.ts';
import { provideDaprd } from './toolchain/daprd.ts';
import { provideKafkaJars } from './toolchain/kafka-jars.ts';

export type DaprHost = AsyncDisposable & {
  url: string;
  issuer: Issuer;
  /** The directory with one log file per program. */
  logs: string;
  kafka: SupervisedProcess;
  /** Of Kafka, with the user that administers it. */
  kafkaAddress: KafkaAddress;
  pairs: ServicePair[];
  /** Starts another replica of a service and its sidecar on free ports. The gateway does not route to it. */
  addReplica(name: string): Promise<ServicePair>;
  stop(): Promise<void>;
};

/** The log of the host itself, besides one for each program. */
const hostLog = 'engine.log';

/**
 * Starts Rondo on Kafka and Dapr, one process each: PostgreSQL (unless DATABASE_URL is set), Kafka with its topics, and each
 * service with its daprd. The gateway runs in this process. Everything stops in reverse order. Writes the addresses to
 * `endpoints.json` in the data directory, and the output of each program to `logs`.
 * @param say prints a line in the terminal
 * @throws StartError: one line that says what to do
 */
export async function startDaprHost(
  settings: EngineSettings,
  say: (line: string) => void,
): Promise<DaprHost> {
  await using opened = new AsyncDisposableStack();
  opened.use(await lockInstance(settings.dataDir, { say }));
  const logDirectory = join(settings.dataDir, 'logs');
  await endLeftBehind(logDirectory);
  await checkPorts([
    ...plannedPorts(settings),
    { port: settings.kafkaPort, purpose: 'Kafka', variable: 'RONDO_KAFKA_PORT' },
  ]);
  const toolchain = { cacheDir: settings.cacheDir, say };
  const [daprd, jars] = await allOrError([provideDaprd(toolchain), provideKafkaJars(toolchain)]);
  const registry = await resolvePorts(settings.services);

  const logFile = opened.use(openLogFile(join(logDirectory, hostLog)));
  opened.use(rotateLogsIn(logDirectory, hostLog));
  const log = createLog('engine', settings.logLevel, logFile.destination);
  const disk = opened.use(watchDisk(settings.dataDir, { say, log }));
  const onRestart = reportRestarts({ say, log });
  const kafka = await prepareKafka({
    directory: join(settings.dataDir, 'kafka'),
    logDirectory,
    jars,
    port: settings.kafkaPort,
    onRestart,
  });
  opened.use(kafka.process);
  const [postgres] = await allOrError([
    openPostgres(settings, { say, log }).then((postgres) => opened.use(postgres)),
    kafka.process.start(),
  ]);
  const keys = await openInstallationKeys(settings, postgres.url);
  const sidecars = { schema: 'dapr', createsTables: true };
  const brokerUsers = new Map(registry.map(({ name }) => [name, userOf(name)]));
  const [database] = await allOrError([
    prepareDatabase(postgres.url, { registry, sidecars, log }),
    prepareBroker(kafka.address, [...brokerUsers.values()], {
      databaseUrl: postgres.url,
      wanted: settings.kafkaPartitions,
    }),
  ]);
  const gateway = opened.use(await startHostGateway(settings, { keys, registry, disk }));
  const resources = await layResources(settings.dataDir, {
    ...secretsOf(database, keys),
    'rondo-kafka': { brokers: kafka.address.brokers },
  });
  const shared = {
    daprd,
    resources,
    logDirectory,
    onRestart,
    installation: { settings, tokens: randomTokens(), keys, gatewayUrl: gateway.url },
  };
  const preparePair = (name: string, ports: ServicePorts) => {
    const brokerUser = brokerUsers.get(name);
    if (brokerUser === undefined) throw new Error(`There is no service ${name}.`);
    return prepareServicePair({ ...shared, name, ports, brokerUser });
  };
  const pairs = await allOrError(
    registry.map(async ({ name, ports }) => opened.use(await preparePair(name, ports))),
  );
  await allOrError(pairs.map((pair) => pair.start()));
  if (settings.databaseUrl === undefined) disk.start();
  await writeEndpoints(settings.dataDir, gateway.url, pairs);

  const resourcesInUse = opened.move();
  const stop = () => resourcesInUse.disposeAsync();
  return {
    url: gateway.url,
    issuer: keys.issuer,
    logs: logDirectory,
    kafka: kafka.process,
    kafkaAddress: kafka.address,
    pairs,
    async addReplica(name) {
      const free = await resolvePortsOf({ http: 0, sidecar: 0, metrics: 0 });
      const replica = resourcesInUse.use(await preparePair(name, free));
      await replica.start();
      return replica;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

const brokerTimeoutMs = 30_000;

/** What the release job does in a cluster. No service runs yet. */
async function prepareBroker(
  address: KafkaAddress,
  users: BrokerUser[],
  { databaseUrl, wanted }: { databaseUrl: string; wanted: number | undefined },
): Promise<void> {
  const administrator = address.signIn.username;
  await prepareAccess(address, { users, administrator, createsUsers: true, timeoutMs: brokerTimeoutMs });
  await prepareTopics(address, {
    databaseUrl,
    wanted,
    mayAdd: true,
    replicas: 1,
    timeoutMs: brokerTimeoutMs,
  });
}

/** A user of the broker for a service, with a new password. */
function userOf(service: string): BrokerUser {
  const password = randomBytes(24).toString('base64url');
  return { service, username: service, password, principal: service };
}
