import { join } from 'node:path';
import { environmentOf, loopback, type Installation } from '@rondo/host-common/service-environment';
import type { BrokerUser } from '@rondo/release-job/prepare-access';
import { findService, folderOf, type ServicePorts } from '@rondo/shared/service-registry';
import { prepareDaprd } from './processes/daprd.ts';
import { SupervisedProcess, type Restart } from './processes/supervised-process.ts';
import type { ResourceFiles } from './resources.ts';

export type ServicePairOptions = {
  name: string;
  ports: ServicePorts;
  daprd: string;
  resources: ResourceFiles;
  brokerUser: BrokerUser;
  installation: Installation;
  logDirectory: string;
  onRestart?: ((restart: Restart) => void) | undefined;
};

/** A service and its sidecar, one process each, like a pod in a cluster. */
export type ServicePair = AsyncDisposable & {
  name: string;
  service: SupervisedProcess;
  sidecar: SupervisedProcess;
  url: string;
  metricsUrl: string;
  /** Starts both at once, because each waits for the other. Resolves when the sidecar has its subscriptions. */
  start(): Promise<void>;
  /** Stops the service first, because it needs the sidecar to publish its last events. */
  stop(): Promise<void>;
};

export async function prepareServicePair(options: ServicePairOptions): Promise<ServicePair> {
  const { name, ports, daprd, resources, brokerUser, installation, logDirectory, onRestart } = options;
  const sidecar = await prepareDaprd({
    binary: daprd,
    appId: name,
    appPort: ports.http,
    httpPort: ports.sidecar,
    apiToken: installation.tokens.apiToken,
    appToken: installation.tokens.appToken,
    brokerUser,
    resources: resources.directory,
    configuration: resources.configuration,
    logDirectory,
    onRestart,
  });
  const url = `http://${loopback}:${ports.http}`;
  const service = new SupervisedProcess({
    name,
    command: process.execPath,
    args: [...process.execArgv, join(folderOf(findService(name)), 'src/main.ts')],
    env: { ...environmentOf(ports, installation), MIGRATE_AT_START: 'false' },
    logFile: join(logDirectory, `${name}-${ports.http}.log`),
    isReady: () => answersOk(`${url}/health/ready`),
    readyTimeoutMs: 90_000,
    stopTimeoutMs: 20_000,
    onRestart,
  });
  const stop = async () => {
    await service.stop();
    await sidecar.process.stop();
  };
  return {
    name,
    service,
    sidecar: sidecar.process,
    url,
    metricsUrl: `http://${loopback}:${ports.metrics}/metrics`,
    async start() {
      await Promise.all([sidecar.process.start(), service.start()]);
      await sidecar.isSubscribed();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function answersOk(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(3_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
