import { Type, type Static, type TObject } from 'typebox';
import { Compile } from 'typebox/compile';
import { textConverter } from './http/convert-text.ts';
import { AppError } from './errors.ts';
import { schemaAt, type JsonSchema } from './http/validation/issue.ts';
import { messageOf } from './http/validation/message.ts';

export type Environment = Record<string, string | undefined>;

/** A URL of a server. */
export const webAddress = { pattern: '^https?://', 'x-words': 'a URL that begins with http:// or https://' };
/** A URL to which paths are appended. */
export const baseAddress = {
  pattern: '^https?://[^?#]+$',
  'x-words': 'a URL that begins with http:// or https://, without a query',
};

const origin = String.raw`[a-z][a-z0-9+.-]*://[^\s,/?#@*A-Z]+`;
/** Origins (RFC 6454 section 6.2), as browsers write them: without a path. */
export const originList = {
  pattern: String.raw`^\s*(${origin}\s*)?(,\s*(${origin}\s*)?)*$`,
  'x-words':
    'origins without a path, such as https://app.example.com, in lower case, separated by commas; * and null are not allowed',
};

/** The entries of a setting that are separated by commas. */
export function splitList(setting: string): string[] {
  return setting
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
}

/** A URL of a PostgreSQL. */
export const postgresAddress = {
  pattern: '^postgres(ql)?://',
  'x-words': 'a URL that begins with postgres:// or postgresql://',
};

/** The settings of every service, read from its environment. Secrets come from the sidecar. */
export const baseSettings = Type.Object({
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65_535 }),
  METRICS_PORT: Type.Integer({ minimum: 0, maximum: 65_535 }),
  DAPR_HTTP_ENDPOINT: Type.String({
    ...webAddress,
    description: 'the sidecar, as Dapr SDKs name it',
  }),
  DAPR_API_TOKEN: Type.String({ minLength: 8, description: 'app to sidecar' }),
  APP_API_TOKEN: Type.String({ minLength: 8, description: 'sidecar to app' }),
  TOKEN_ISSUER: Type.String({ minLength: 1 }),
  TOKEN_AUDIENCE: Type.String({ minLength: 1, default: 'rondo' }),
  JWKS_URL: Type.String(webAddress),
  TOKEN_MAX_LIFETIME_S: Type.Optional(
    Type.Integer({
      minimum: 1,
      description:
        'seconds from the `iat` to the `exp` of a token; a longer token is refused; absent: no limit',
    }),
  ),
  MIGRATE_AT_START: Type.Boolean({
    default: true,
    description: 'false: the service waits until another program has migrated',
  }),
  DATABASE_DISK: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'a directory on the disk that holds the database, if this machine has it: writes are refused while it is almost full',
    }),
  ),
  DRAIN_SECONDS: Type.Number({
    minimum: 0,
    maximum: 60,
    default: 0,
    description:
      'how long a service still accepts requests after a stop was asked for, until no load balancer routes to it',
  }),
  RATE_LIMIT_PER_SECOND: Type.Number({
    minimum: 0,
    default: 100,
    description: 'requests of a person per second, large ones counted more; 0 turns the limit off',
  }),
  RATE_LIMIT_BURST: Type.Integer({ minimum: 1, default: 500, description: 'requests of a person at once' }),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
    Type.String({
      ...webAddress,
      description: 'an OpenTelemetry collector; without it there are no traces',
    }),
  ),
  OTEL_TRACES_SAMPLER_ARG: Type.Number({
    minimum: 0,
    maximum: 1,
    default: 1,
    description: 'the share of new traces that are recorded (parentbased_traceidratio)',
  }),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], { default: 'info' }),
});
export type BaseSettings = Static<typeof baseSettings>;

/**
 * Parses an environment by a schema: converts numbers and booleans, and fills in defaults. Variables that are not in the
 * schema are ignored.
 * @throws AppError `invalid-configuration` that names each wrong variable and the reason
 */
export function parseEnvironment<Schema extends TObject>(schema: Schema, env: Environment): Static<Schema> {
  const named = Object.fromEntries(
    Object.keys(schema.properties).flatMap((name) =>
      env[name] === undefined || env[name] === '' ? [] : [[name, env[name]]],
    ),
  );
  const converted = textConverter(schema)(named);
  const check = Compile(schema);
  if (check.Check(converted)) return converted;
  const reasons = check.Errors(converted).map((error) => {
    const missing = 'requiredProperties' in error.params ? error.params.requiredProperties : undefined;
    if (missing) return `${missing.join(', ')} is missing`;
    const wanted = messageOf(error, schemaAt(schema as unknown as JsonSchema, error.schemaPath));
    return `${error.instancePath.slice(1)} ${wanted}`;
  });
  throw new AppError(
    'invalid-configuration',
    `The environment is wrong: ${[...new Set(reasons)].join('; ')}.`,
  );
}
