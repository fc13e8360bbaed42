import { areaOf, heightOf, serverPackages, type Area, type Layer } from './area.ts';
import { importsOf, type Import, type SourceFile } from './source-file.ts';

export type Violation = { file: string; line: number; rule: string; message: string };

type ImportRule = {
  rule: string;
  /** @returns what is wrong with this import from this area, if anything */
  judge: (from: Area, to: Area, imported: Import) => string | undefined;
};

/** Inside a service, what a layer may import of its own service. The direction is the one of ARCHITECTURE.md. */
const mayImport: Record<Layer, Layer[]> = {
  entry: ['service', 'support', 'domain'],
  service: [
    'routes',
    'consumers',
    'workers',
    'commands',
    'queries',
    'store',
    'transports',
    'domain',
    'config',
    'support',
  ],
  routes: ['routes', 'commands', 'queries', 'store', 'transports', 'domain', 'support'],
  consumers: ['commands', 'queries', 'store', 'transports', 'domain', 'support'],
  workers: ['commands', 'queries', 'store', 'transports', 'domain', 'support'],
  commands: ['commands', 'queries', 'store', 'transports', 'domain', 'support'],
  queries: ['queries', 'store', 'domain', 'support'],
  store: ['store', 'queries', 'domain', 'support'],
  transports: ['transports', 'store', 'domain', 'support', 'config'],
  support: ['support', 'store', 'transports', 'domain', 'config'],
  domain: ['domain'],
  config: [],
};

const database = /^(kysely|pg)(\/|$)/;
/** Ways to the outside other than the sidecar. An import of their types leads nowhere. */
const network =
  /^(undici|got|axios|nodemailer|web-push|ws|ioredis|kafkajs|amqplib|nats|@platformatic\/kafka|node:(http2?|https|net|tls|dgram))$/;
const pure = /^(typebox(\/.+)?|node:crypto|uuid|temporal-polyfill|ical\.js)$/;
const nodeOnly = /^(node:|fastify|pg$|kysely|undici|ws$)/;

const importRules: ImportRule[] = [
  {
    rule: 'packages-know-no-service',
    judge: (from, to, { specifier }) =>
      from.kind === 'package' && !['package', 'library'].includes(to.kind)
        ? `a package is usable by any project: not ${specifier}`
        : undefined,
  },
  {
    rule: 'packages-are-browser-safe',
    judge: (from, _to, { specifier }) =>
      from.kind === 'package' && !serverPackages.includes(from.name) && nodeOnly.test(specifier)
        ? `packages run in browsers: not ${specifier}`
        : undefined,
  },
  {
    rule: 'contracts-are-browser-safe',
    judge: (from, to, { specifier }) =>
      from.kind === 'contracts' &&
      !['contracts', 'package'].includes(to.kind) &&
      !/^(typebox(\/|$)|uuid$)/.test(specifier)
        ? `contracts import contracts, packages, typebox and uuid, not ${specifier}`
        : undefined,
  },
  {
    rule: 'runtime-knows-no-service',
    judge: (from, to, { specifier }) =>
      from.kind === 'runtime' && !['contracts', 'runtime', 'package', 'library'].includes(to.kind)
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
      from.kind === 'service' && (heightOf(to) !== undefined || ['tool', 'test support'].includes(to.kind))
        ? `a service does not know what hosts or tests it: not ${specifier}`
        : undefined,
  },
  {
    rule: 'services-are-hosted-by-their-definition',
    judge: (from, to, { specifier }) => {
      if (heightOf(from) === undefined || to.kind !== 'service') return undefined;
      return `hosts load services by the registry (loadService): not ${specifier}`;
    },
  },
  {
    rule: 'hosts-point-one-way',
    judge: (from, to, { specifier }) => {
      const [above, below] = [heightOf(from), heightOf(to)];
      if (above === undefined) return undefined;
      const isSibling = from.kind === 'hosts/dapr' && to.kind === 'hosts/embedded';
      return to.kind === 'tool' || isSibling || (below !== undefined && below > above)
        ? `packages ← contracts ← runtime ← services ← gateway, release-job ← hosts: not ${specifier}`
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
    // Transports go past it: reaching people outside is what they are for, and a sidecar would neither check the
    // addresses that users choose nor speak SMTP.
    judge: (from, _to, { specifier, is_type }) =>
      from.kind === 'service' && from.layer !== 'transports' && !is_type && network.test(specifier)
        ? `a service reaches others through its sidecar: not ${specifier}`
        : undefined,
  },
];

/** Of the runtime, a domain may import the errors, which are values, and ids that follow from names. */
const pureRuntime = new Set([
  'services/shared/src/errors.ts',
  'services/shared/src/http/time-input.ts',
  'services/shared/src/uuid-of-name.ts',
]);

function isPure(to: Area, target: string): boolean {
  if (['contracts', 'package', 'service'].includes(to.kind)) return true;
  return pureRuntime.has(target) || pure.test(target);
}

/** Judges every import of every file by the dependency rule. */
export function judgeImports(files: SourceFile[]): Violation[] {
  return files
    .filter(({ path }) => path.endsWith('.ts'))
    .flatMap((file) => {
      const from = areaOf(file.path);
      return importsOf(file).flatMap((imported) =>
        importRules.flatMap(({ rule, judge }) => {
          const message = judge(from, areaOf(imported.target), imported);
          return message === undefined ? [] : [{ file: file.path, line: imported.line, rule, message }];
        }),
      );
    });
}
