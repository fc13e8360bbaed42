import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { portOr } from '@rondo/host-common/free-port';
import { StartError } from '@rondo/host-common/start-error';
import { SupervisedProcess, type Restart } from './supervised-process.ts';

export type DaprdOptions = {
  binary: string;
  appId: string;
  appPort: number;
  /** 0 picks a free port. */
  httpPort: number;
  apiToken: string;
  appToken: string;
  /** The broker's user, which the component files refer to. */
  brokerUser?: { username: string; password: string } | undefined;
  /** The directory with the component files. */
  resources: string;
  /** A Configuration file, if any. */
  configuration?: string | undefined;
  logDirectory: string;
  onRestart?: ((restart: Restart) => void) | undefined;
};

export type Daprd = {
  process: SupervisedProcess;
  url: string;
  /** Resolves when the app has answered and the subscriptions are loaded. @throws StartError */
  isSubscribed(): Promise<void>;
};

/** Settings of Go's garbage collector (https://pkg.go.dev/runtime), as in a pod. They use more memory and less CPU. */
export const goEnvironment = { GOGC: '400', GOMEMLIMIT: '104MiB' };

const readyTimeoutMs = 60_000;

/** Prepares a sidecar on loopback; the caller starts it. It is ready when its components are, even if its app is not. */
export async function prepareDaprd(options: DaprdOptions): Promise<Daprd> {
  const { binary, appId, appPort, brokerUser, resources, configuration } = options;
  const http = await portOr(options.httpPort);
  const [grpc, internal, metrics] = [await portOr(0), await portOr(0), await portOr(0)];
  const url = `http://127.0.0.1:${http}`;
  const flags = {
    'app-id': appId,
    'app-port': appPort,
    'dapr-http-port': http,
    'dapr-grpc-port': grpc,
    'dapr-internal-grpc-port': internal,
    'metrics-port': metrics,
    'dapr-listen-addresses': '127.0.0.1',
    'resources-path': resources,
    'log-level': 'info',
    ...(configuration === undefined ? {} : { config: configuration }),
  };
  const process = new SupervisedProcess({
    name: `daprd of ${appId}`,
    command: binary,
    args: Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]),
    env: {
      DAPR_API_TOKEN: options.apiToken,
      APP_API_TOKEN: options.appToken,
      DAPR_HOST_IP: '127.0.0.1',
      NAMESPACE: 'rondo',
      ...(brokerUser && { KAFKA_USERNAME: brokerUser.username, KAFKA_PASSWORD: brokerUser.password }),
      ...goEnvironment,
    },
    logFile: join(options.logDirectory, `daprd-${appId}-${http}.log`),
    isReady: () => answers204(`${url}/v1.0/healthz/outbound`, options.apiToken),
    readyTimeoutMs,
    stopTimeoutMs: 10_000,
    onRestart: options.onRestart,
  });
  async function isSubscribed(): Promise<void> {
    const deadline = performance.now() + readyTimeoutMs;
    while (!(await answers204(`${url}/v1.0/healthz`, options.apiToken))) {
      if (performance.now() > deadline)
        throw new StartError(
          `The sidecar of ${appId} did not reach its app within ${readyTimeoutMs / 1000} s.`,
        );
      await pause(25);
    }
  }
  return { process, url, isSubscribed };
}

function answers204(url: string, token: string): Promise<boolean> {
  return fetch(url, { headers: { 'dapr-api-token': token }, signal: AbortSignal.timeout(2_000) }).then(
    ({ status }) => status === 204,
    () => false,
  );
}
