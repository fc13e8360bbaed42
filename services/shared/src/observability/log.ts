import { pino, type DestinationStream, type Logger } from 'pino';
import { serializeError } from './error-serializer.ts';

export type Log = Logger;

/** Fields that are redacted, at the top of a log line or one level down. */
const secretPaths = ['authorization', 'token', 'ticket', 'password', 'secret', 'cookie', 'connection_string'];

/** Creates a service's logger: one JSON object per line on standard output, with `service`, ISO time and level names. */
export function createLog(service: string, level: string, destination?: DestinationStream): Log {
  return pino(
    {
      level,
      base: { service },
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      serializers: { err: serializeError },
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: secretPaths.flatMap((path) => [path, `*.${path}`, `*.headers.${path}`]),
        censor: '[redacted]',
      },
    },
    destination ?? pino.destination({ dest: 1, sync: false, minLength: 0 }),
  );
}
