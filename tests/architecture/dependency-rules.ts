import { areaOf, heightOf, layerFolders, serverPackages, type Area, type Layer } from './area.ts';
import { importsOf, linesWith, type Import, type SourceFile, type Violation } from './source-file.ts';

type ImportRule = {
  rule: string;
  message: string;
  forbids: (from: Area, to: Area, imported: Import, isPureFile: (path: string) => boolean) => boolean;
};

/** What each layer may import from its own service. ARCHITECTURE.md describes the direction. */
const mayImport: Record<Layer, readonly Layer[]> = {
  entry: ['service', 'context', 'domain'],
  service: [...layerFolders, 'config', 'context'],
  routes: ['routes', 'commands', 'queries', 'store', 'transports', 'domain', 'context'],
  consumers: ['commands', 'queries', 'store', 'transports', 'domain', 'context'],
  workers: ['commands', 'queries', 'store', 'transports', 'domain', 'context'],
  commands: ['commands', 'queries', 'store', 'transports', 'domain', 'context'],
  queries: ['queries', 'store', 'domain', 'context'],
  store: ['store', 'queries', 'domain', 'context'],
  transports: ['transports', 'store', 'domain', 'context', 'config'],
  context: ['context', 'store', 'transports', 'domain', 'config'],
  domain: ['domain'],
  config: [],
};

const database = /^(kysely|pg)(\/|$)/;
const network =
  /^(undici|got|axios|nodemailer|web-push|ws|ioredis|kafkajs|amqplib|nats|@platformatic\/kafka|node:(http2?|https|net|tls|dgram|dns(\/promises)?))$/;
// Readers of files work on bytes in memory: they pass them through streams, and open nothing.
const pureLibrary =
  /^(typebox(\/.+)?|node:(crypto|stream)|uuid|fractional-indexing|temporal-polyfill|ical\.js|saxes|windows-iana|csv-parse|yauzl|@streamparser\/json)$/;
const nodeOnly = /^(node:|fastify|pg$|kysely|undici|ws$)/;

const importRules: ImportRule[] = [
  {
    rule: 'packages-know-no-service',
    message: 'a package is usable by any project',
    forbids: (from, to) => from.kind === 'package' && !['package', 'library'].includes(to.kind),
  },
  {
    rule: 'packages-are-browser-safe',
    message: 'packages run in browsers',
    forbids: (from, _to, { specifier }) =>
      from.kind === 'package' && !serverPackages.includes(from.name) && nodeOnly.test(specifier),
  },
  {
    rule: 'contracts-are-browser-safe',
    message: 'contracts import contracts, packages, typebox and uuid',
    forbids: (from, to, { specifier }) =>
      from.kind === 'contracts' &&
      !['contracts', 'package'].includes(to.kind) &&
      !/^(typebox(\/|$)|uuid$)/.test(specifier),
  },
  {
    rule: 'runtime-knows-no-service',
    message: 'the shared runtime is below every service and host',
    forbids: (from, to) =>
      from.kind === 'runtime' && !['contracts', 'runtime', 'package', 'library'].includes(to.kind),
  },
  {
    rule: 'services-never-import-each-other',
    message: 'services share events, not code',
    forbids: (from, to) => from.kind === 'service' && to.kind === 'service' && from.service !== to.service,
  },
  {
    rule: 'services-import-only-what-is-below',
    message: 'a service does not know what hosts or tests it',
    forbids: (from, to) =>
      from.kind === 'service' && (heightOf(to) !== undefined || ['tool', 'test support'].includes(to.kind)),
  },
  {
    rule: 'services-are-hosted-by-their-definition',
    message: 'hosts load services by the registry (loadService)',
    forbids: (from, to) => heightOf(from) !== undefined && to.kind === 'service',
  },
  {
    rule: 'hosts-point-one-way',
    message: 'packages ← contracts ← runtime ← services ← gateway, release-job ← hosts',
    forbids(from, to) {
      const [above, below] = [heightOf(from), heightOf(to)];
      if (above === undefined) return false;
      const isSibling = from.kind === 'hosts/dapr' && to.kind === 'hosts/embedded';
      return to.kind === 'tool' || isSibling || (below !== undefined && below > above);
    },
  },
  {
    rule: 'layers-point-one-way',
    message: 'this layer is not below the one that imports it',
    forbids: (from, to) =>
      from.kind === 'service' &&
      to.kind === 'service' &&
      from.service === to.service &&
      !mayImport[from.layer].includes(to.layer),
  },
  {
    rule: 'domain-is-pure',
    message: 'the domain decides and does no I/O',
    forbids: (from, to, { target }, isPureFile) =>
      from.kind === 'service' && from.layer === 'domain' && !isPure(to, target, isPureFile),
  },
  {
    rule: 'routes-hold-no-sql',
    message: 'a route is a schema and one line',
    forbids: (from, _to, { specifier }) =>
      from.kind === 'service' && from.layer === 'routes' && database.test(specifier),
  },
  {
    rule: 'the-sidecar-is-the-only-way-out',
    message: 'a service reaches others through its sidecar',
    // Transports reach people outside. A sidecar speaks no SMTP, and does not check the addresses that users enter.
    forbids: (from, _to, { specifier, isType }) =>
      from.kind === 'service' && from.layer !== 'transports' && !isType && network.test(specifier),
  },
];

/** Code that depends on more than its arguments. */
const impure =
  /\b(fetch|process|setTimeout|setInterval|Date\.now|Math\.random|random(Bytes|UUID|FillSync))\b/;

/** It decides when work goes on, and nothing of what becomes of it. */
const scheduling = 'services/shared/src/workers/slices.ts';

function isPure(to: Area, target: string, isPureFile: (path: string) => boolean): boolean {
  if (['contracts', 'package', 'service'].includes(to.kind)) return true;
  return to.kind === 'runtime' ? target === scheduling || isPureFile(target) : pureLibrary.test(target);
}

/** Returns a test of whether a file of the runtime and everything that it imports is pure, like the errors. */
function createPurityTest(files: SourceFile[]): (path: string) => boolean {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const isPureFile = (path: string): boolean => {
    const file = byPath.get(path);
    return (
      file !== undefined &&
      linesWith(file.text, impure).length === 0 &&
      importsOf(file).every(({ target }) => isPure(areaOf(target), target, isPureFile))
    );
  };
  return isPureFile;
}

/** Finds imports that break a rule. */
export function checkImports(files: SourceFile[]): Violation[] {
  const isPureFile = createPurityTest(files);
  return files
    .filter(({ path }) => path.endsWith('.ts'))
    .flatMap((file) =>
      importsOf(file).flatMap((imported) =>
        importRules
          .filter(({ forbids }) => forbids(areaOf(file.path), areaOf(imported.target), imported, isPureFile))
          .map(({ rule, message }) => ({
            file: file.path,
            line: imported.line,
            rule,
            message: `${message}: not ${imported.specifier}`,
          })),
      ),
    );
}
