import { join } from 'node:path';
import { portOr } from '@rondo/embedded/free-port';
import { SupervisedProcess } from './supervised-process.ts';

export type DaprdOptions = {
  binary: string;
  app_id: string;
  app_port: number;
  /** 0 picks a free one. */
  http_port: number;
  api_token: string;
  app_token: string;
  /** The directory of the component files. */
  resources: string;
  /** A Configuration file, where there is one. */
  configuration?: string | undefined;
  log_directory: string;
};

export type Daprd = { process: SupervisedProcess; url: string };

/** A sidecar on the loopback. It is ready when its own components are, whether or not its app listens. The caller starts it. */
export async function prepareDaprd(options: DaprdOptions): Promise<Daprd> {
  const { binary, app_id: appId, app_port: appPort, resources, configuration } = options;
  const http = await portOr(options.http_port);
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
      DAPR_API_TOKEN: options.api_token,
      APP_API_TOKEN: options.app_token,
      DAPR_HOST_IP: '127.0.0.1',
      NAMESPACE: 'rondo',
    },
    log_file: join(options.log_directory, `daprd-${appId}-${http}.log`),
    isReady: () => answers204(`${url}/v1.0/healthz/outbound`, options.api_token),
    patience_ms: 60_000,
    grace_ms: 10_000,
  });
  return { process, url };
}

function answers204(url: string, token: string): Promise<boolean> {
  return fetch(url, { headers: { 'dapr-api-token': token }, signal: AbortSignal.timeout(2_000) }).then(
    ({ status }) => status === 204,
    () => false,
  );
}
