import { pino, type DestinationStream, type Logger } from 'pino';
import { describeError } from './describe-error.ts';
import { cut } from './cut.ts';

export type Log = Logger;

/** Fields that are redacted, at the top of a log line or one level down. */
const secretPaths = ['authorization', 'token', 'ticket', 'password', 'secret', 'cookie', 'connection_string'];

/**
 * Creates a service's logger: one JSON object per line on standard output, with `service`, ISO time and level names. Texts are
 * cut at 2 KiB, and errors are described without what people wrote.
 */
export function createLog(service: string, level: string, destination?: DestinationStream): Log {
  return pino(
    {
      level,
      base: { service },
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }), log: cutTexts },
      hooks: {
        logMethod(args, method) {
          method.apply(this, withShortMessage(args) as typeof args);
        },
      },
      serializers: { err: describeError },
      redact: {
        paths: secretPaths.flatMap((path) => [path, `*.${path}`, `*.headers.${path}`]),
        censor: '[redacted]',
      },
    },
    destination ?? pino.destination({ dest: 1, sync: false, minLength: 0 }),
  );
}

/** Cuts the message. An error without a message would lend its own, which may quote input. */
function withShortMessage([first, ...rest]: unknown[]): unknown[] {
  const fields = first instanceof Error ? { err: first } : first;
  const isWithoutMessage =
    rest.length === 0 && typeof fields === 'object' && fields !== null && 'err' in fields;
  const message = isWithoutMessage ? [describeError(fields.err).message] : rest;
  return [fields, ...message].map((arg) => (typeof arg === 'string' ? cut(arg) : arg));
}

/** Cuts the long texts among the fields of a line. Most lines have none, and are passed on as they are. */
function cutTexts(fields: Record<string, unknown>): Record<string, unknown> {
  for (const name in fields) {
    const value = fields[name];
    if (typeof value === 'string' && cut(value) !== value)
      return Object.fromEntries(
        Object.entries(fields).map(([key, text]) => [key, typeof text === 'string' ? cut(text) : text]),
      );
  }
  return fields;
}
