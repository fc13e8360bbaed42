import { join } from 'node:path';
import { writeEndpoints } from '@rondo/host-common/endpoints';
import { mustBeFree, portOr } from '@rondo/host-common/free-port';
import { lockInstance } from '@rondo/host-common/instance-lock';
import { openLogFile } from '@rondo/host-common/log-file';
import { notificationSecrets } from '@rondo/host-common/notification-secrets';
import { openPostgres } from '@rondo/host-common/open-postgres';
import { loopback, randomTokens } from '@rondo/host-common/service-environment';
import { resolvePorts, resolvePortsOf, urlsOf } from '@rondo/host-common/service-ports';
import { startGateway } from '@rondo/gateway/gateway';
import { openIssuer, type Issuer } from '@rondo/gateway/issuer';
import { createTopics } from '@rondo/release-job/kafka-admin';
import { migrateSchemas } from '@rondo/release-job/schemas';
import { topicPlan } from '@rondo/release-job/topic-plan';
import { notificationSecret } from '@rondo/shared/contracts/topics';
import { createLog } from '@rondo/shared/observability/log';
import { databaseSecret, databaseSecretKey } from '@rondo/shared/service';
import { prepareKafka } from './processes/kafka.ts';
import { endLeftBehind } from './processes/left-behind.ts';
import type { SupervisedProcess } from './processes/supervised-process.ts';
import { layResources } from './resources.ts';
import { prepareServicePair, type ServicePair } from './service-pair.ts';
import type { EngineSettings } from './settings.ts';
import { provideDaprd } from './toolchain/daprd.ts';
import { provideKafkaJars } from './toolchain/kafka-jars.ts';

export type RunningEngine = AsyncDisposable & {
  url: string;
  issuer: Issuer;
  log_directory: string;
  kafka: SupervisedProcess;
  /** `host:port` of Kafka. */
  brokers: string;
  pairs: ServicePair[];
  /** Starts one more replica of a service, with a sidecar of its own, on free ports. The gateway does not route to it. */
  addReplica(name: string): Promise<ServicePair>;
  /** Resolves when PostgreSQL is gone, whether it was stopped or died by itself. */
  database_gone: Promise<void>;
  stop(): Promise<void>;
};

/**
 * Starts Rondo on the real engine, a process each: PostgreSQL (unless one is given), Kafka with its topics, daprd and
 * service five times, and the gateway in this process. Stops in the reverse order. Where it all answers is written to
 * `endpoints.json` of the data directory, what each program says to its `logs`.
 * @throws StartError, one line that says what to do
 */
export async function startEngine(
  settings: EngineSettings,
  say: (line: string) => void,
): Promise<RunningEngine> {
  await using opened = new AsyncDisposableStack();
  const toolchain = { cache_dir: settings.cache_dir, say };
  const [daprd, jars] = await Promise.all([provideDaprd(toolchain), provideKafkaJars(toolchain)]);
  opened.use(await lockInstance(settings.data_dir));
  const logDirectory = join(settings.data_dir, 'logs');
  await endLeftBehind(logDirectory);
  const gatewayPort = await portOr(settings.port);
  await mustBeFree(settings.kafka_port, 'RONDO_KAFKA_PORT');
  const services = await resolvePorts(settings.services);
  for (const { ports } of services)
    for (const port of Object.values(ports)) await mustBeFree(port, 'RONDO_PORT');

  const logFile = opened.use(openLogFile(join(logDirectory, 'engine.log')));
  const log = createLog('engine', settings.log_level, logFile.destination);
  const kafka = await prepareKafka({
    directory: join(settings.data_dir, 'kafka'),
    log_directory: logDirectory,
    jars,
    port: settings.kafka_port,
  });
  opened.use(kafka.process);
  const [postgres] = await Promise.all([
    openPostgres(settings, log).then((postgres) => opened.use(postgres)),
    kafka.process.start(),
  ]);
  await Promise.all([
    createTopics({ brokers: kafka.brokers }, topicPlan, { replicas: 1, timeoutMs: 30_000 }),
    migrateSchemas(postgres.url, log),
  ]);

  const issuer = await openIssuer(settings.data_dir);
  const gateway = opened.use(
    await startGateway({
      host: loopback,
      port: gatewayPort,
      jwks: issuer.jwks,
      services: urlsOf(services),
    }),
  );
  const resources = await layResources(settings.data_dir, {
    [databaseSecret]: { [databaseSecretKey]: postgres.url },
    [notificationSecret]: await notificationSecrets(settings.data_dir, settings.smtp),
    'rondo-kafka': { brokers: kafka.brokers },
  });
  const shared = {
    daprd,
    resources,
    log_directory: logDirectory,
    environment: {
      ...randomTokens(),
      issuer,
      gateway: gateway.url,
      log_level: settings.log_level,
      allow_private_addresses: settings.allow_private_addresses,
      tracing: settings.tracing,
    },
  };
  const pairs = await Promise.all(
    services.map(async ({ name, ports }) => opened.use(await prepareServicePair({ ...shared, name, ports }))),
  );
  await Promise.all(pairs.map((pair) => pair.start()));
  await writeEndpoints(settings.data_dir, gateway.url, pairs);

  const resourcesInUse = opened.move();
  const stop = () => resourcesInUse.disposeAsync();
  return {
    url: gateway.url,
    issuer,
    log_directory: logDirectory,
    kafka: kafka.process,
    brokers: kafka.brokers,
    pairs,
    async addReplica(name) {
      const free = await resolvePortsOf({ http: 0, sidecar: 0, metrics: 0 });
      const replica = resourcesInUse.use(await prepareServicePair({ ...shared, name, ports: free }));
      await replica.start();
      return replica;
    },
    database_gone: postgres.exited,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
