/** The HEALTHCHECK of an image: exits with 0 if the service of this container is alive. */
const { HOST: host = '127.0.0.1', PORT: port = '' } = process.env;
const address = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
const answer = await fetch(`http://${address}:${port}/health`, { signal: AbortSignal.timeout(3_000) }).catch(
  () => undefined,
);
process.exitCode = answer?.ok ? 0 : 1;
