import { hosts, roomOf, type Layer, type Room } from './rooms.ts';
import { importsOf, type Import, type SourceFile } from './source-file.ts';

export type Violation = { file: string; line: number; rule: string; message: string };

type ImportRule = {
  rule: string;
  /** @returns what is wrong with this import from this room, if anything */
  judge: (from: Room, to: Room, imported: Import) => string | undefined;
};

/** Inside a service, what a layer may import of its own service. The direction is the one of house.md. */
const mayImport: Record<Layer, Layer[]> = {
  entry: ['service', 'support', 'domain'],
  service: [
    'routes',
    'consumers',
    'workers',
    'commands',
    'queries',
    'channels',
    'domain',
    'config',
    'support',
  ],
  routes: ['commands', 'queries', 'domain', 'support'],
  consumers: ['commands', 'queries', 'channels', 'domain', 'support'],
  workers: ['commands', 'queries', 'channels', 'domain', 'support'],
  commands: ['commands', 'queries', 'channels', 'domain', 'support'],
  queries: ['queries', 'domain', 'support'],
  channels: ['channels', 'domain'],
  support: ['support', 'channels', 'domain', 'config'],
  domain: ['domain'],
  config: [],
};

const database = /^(kysely|pg)(\/|$)/;
/** Ways to the outside other than the sidecar. Their types alone lead nowhere. */
const network =
  /^(undici|got|axios|nodemailer|web-push|ioredis|kafkajs|amqplib|nats|@platformatic\/kafka|node:(http2?|https|net|tls|dgram))$/;
const pure = /^(typebox(\/.+)?|node:crypto|rrule-temporal|temporal-polyfill|ical\.js)$/;

const importRules: ImportRule[] = [
  {
    rule: 'contracts-are-browser-safe',
    judge: (from, to, { specifier }) =>
      from.kind === 'contracts' && to.kind !== 'contracts' && !/^typebox(\/|$)/.test(specifier)
        ? `contracts import contracts and typebox, not ${specifier}`
        : undefined,
  },
  {
    rule: 'runtime-knows-no-service',
    judge: (from, to, { specifier }) =>
      from.kind === 'runtime' && !['contracts', 'runtime', 'package'].includes(to.kind)
        ? `the shared runtime stands below every service and host: not ${specifier}`
        : undefined,
  },
  {
    rule: 'services-never-import-each-other',
    judge: (from, to, { specifier }) =>
      from.kind === 'service' && to.kind === 'service' && from.service !== to.service
        ? `${from.service} reaches into ${to.service} by ${specifier}: services share events, not code`
        : undefined,
  },
  {
    rule: 'services-stand-on-shared-alone',
    judge: (from, to, { specifier }) =>
      from.kind === 'service' && [...hosts, 'tool', 'test support'].includes(to.kind)
        ? `a service does not know who hosts or tests it: not ${specifier}`
        : undefined,
  },
  {
    rule: 'embedded-imports-services-by-their-definition',
    judge: (from, to, { specifier }) =>
      from.kind === 'embedded' && (to.kind === 'tool' || (to.kind === 'service' && to.layer !== 'service'))
        ? `the host knows a service by its service.ts alone: not ${specifier}`
        : undefined,
  },
  {
    rule: 'hosts-point-one-way',
    judge: (from, to, { specifier }) => {
      const [above, below] = [
        hosts.findIndex((host) => host === from.kind),
        hosts.findIndex((host) => host === to.kind),
      ];
      if (above < 0 || (from.kind === 'embedded' && to.kind === 'service')) return undefined;
      return to.kind === 'service' || to.kind === 'tool' || below > above
        ? `contracts ← runtime ← gateway, release-job ← embedded ← engine: not ${specifier}`
        : undefined;
    },
  },
  {
    rule: 'layers-point-one-way',
    judge: (from, to, { specifier }) =>
      from.kind === 'service' &&
      to.kind === 'service' &&
      from.service === to.service &&
      !mayImport[from.layer].includes(to.layer)
        ? `${from.layer} must not import ${to.layer} (${specifier})`
        : undefined,
  },
  {
    rule: 'domain-is-pure',
    judge: (from, to, { specifier, target }) =>
      from.kind === 'service' && from.layer === 'domain' && !isPure(to, target)
        ? `the domain decides and does no I/O: not ${specifier}`
        : undefined,
  },
  {
    rule: 'routes-hold-no-sql',
    judge: (from, _to, { specifier }) =>
      from.kind === 'service' && from.layer === 'routes' && database.test(specifier)
        ? `a route is a schema and one line: not ${specifier}`
        : undefined,
  },
  {
    rule: 'the-sidecar-is-the-only-way-out',
    // Channels alone go past it: delivering to people outside is what they are for, and a sidecar would neither check
    // the addresses that users choose nor speak SMTP.
    judge: (from, _to, { specifier, is_type }) =>
      from.kind === 'service' && from.layer !== 'channels' && !is_type && network.test(specifier)
        ? `a service reaches others through its sidecar: not ${specifier}`
        : undefined,
  },
];

/** Of the runtime a domain may name the errors, which are values, the checks that raise them, and ids that follow from names. */
const pureRuntime = new Set([
  'services/shared/src/runtime/errors.ts',
  'services/shared/src/runtime/time-input.ts',
  'services/shared/src/runtime/uuid-of-name.ts',
]);

function isPure(to: Room, target: string): boolean {
  if (to.kind === 'contracts' || to.kind === 'service') return true;
  return pureRuntime.has(target) || pure.test(target);
}

/** Judges every import of every file by the dependency rule of the house. */
export function judgeImports(files: SourceFile[]): Violation[] {
  return files
    .filter(({ path }) => path.endsWith('.ts'))
    .flatMap((file) => {
      const from = roomOf(file.path);
      return importsOf(file).flatMap((imported) =>
        importRules.flatMap(({ rule, judge }) => {
          const message = judge(from, roomOf(imported.target), imported);
          return message === undefined ? [] : [{ file: file.path, line: imported.line, rule, message }];
        }),
      );
    });
}
