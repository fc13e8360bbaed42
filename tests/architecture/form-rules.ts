import { areaOf, serverPackages, type Area } from './area.ts';
import { linesWith, type SourceFile, type Violation } from './source-file.ts';

const maxLines = 300;
const maxLinesOf: Record<string, number> = { 'main.ts': 5, 'service.ts': 50 };
const requiredFiles = ['src/main.ts', 'src/service.ts', 'README.md'];
/** The only files directly in a service's `src`. All others are in a folder. */
const filesInSrc = /^(main|service|config|context|metrics|secrets)\.ts$/;

/** The helper itself, and WebSockets: they don't have `closed`, and the server gives them listeners when it opens them. */
const listensForClose = new Set([
  'services/shared/src/http/once-closed.ts',
  'services/websocket-service/src/transports/socket-server.ts',
]);

type LineRule = {
  rule: string;
  pattern: RegExp;
  message: string;
  appliesTo: (area: Area, file: SourceFile) => boolean;
};

const everywhere = () => true;

const lineRules: LineRule[] = [
  {
    rule: 'environment-is-read-at-entry-points',
    pattern: /\bprocess\.env\b/,
    message: 'an entry point reads process.env and passes it to config.ts',
    appliesTo: ({ kind }, file) => kind !== 'tool' && !isEntryPoint(file),
  },
  {
    rule: 'no-default-exports',
    pattern: /^export default\b|\bas default\b/,
    message: 'a name is given once, where the thing is: no default exports',
    appliesTo: everywhere,
  },
  {
    rule: 'no-barrels',
    pattern: /^export\s+(type\s+)?(\*|\{[^}]*\}\s+from\b)/,
    message: 'import from the file that defines it: no re-exports',
    appliesTo: everywhere,
  },
  {
    rule: 'contracts-are-browser-safe',
    pattern: /\b(process|Buffer|globalThis\.process|__dirname)\b(?=[.[(])/,
    message: 'contracts and packages run in browsers: nothing that only Node has',
    appliesTo: (area) =>
      area.kind === 'contracts' || (area.kind === 'package' && !serverPackages.includes(area.name)),
  },
  {
    rule: 'the-sidecar-is-the-only-way-out',
    pattern: /(?<![.\w])(fetch|XMLHttpRequest|EventSource)\(|\bnew WebSocket\(/,
    message: 'a service reaches others through its sidecar (ctx.dapr)',
    appliesTo: ({ kind }) => kind === 'service',
  },
  {
    rule: 'runtime-has-no-domain-word',
    pattern: /task|reminder|series|channel|successor|notification|occurrence|snooz|agenda/i,
    message: 'the runtime serves any service: domain words belong to contracts and services',
    appliesTo: ({ kind }, { path }) =>
      kind === 'runtime' && path !== 'services/shared/src/service-registry.ts',
  },
  {
    rule: 'what-is-held-is-released',
    pattern: /\.(on|once|(prepend|add)(Once)?Listener)\(\s*'close'/,
    message: "a client may have gone before: use onceClosed, which doesn't miss a close",
    appliesTo: ({ kind }, { path }) =>
      ['runtime', 'service', 'gateway'].includes(kind) && !listensForClose.has(path),
  },
  {
    rule: 'domain-is-pure',
    pattern: /\b(Date\.now|Math\.random)\b|\bnew Date\(\)/,
    message: 'time and random values are arguments of a domain function',
    appliesTo: (area) => area.kind === 'service' && area.layer === 'domain',
  },
  {
    rule: 'no-service-knows-its-host',
    pattern: /embedded|minikube|kubernetes(?!-secrets)/i,
    message: 'from laptop to cluster addresses change, never code',
    appliesTo: ({ kind }) => kind === 'service' || kind === 'runtime',
  },
];

/** A file that starts a process exports nothing. `runService` is what the main.ts of every service calls. */
function isEntryPoint({ text }: SourceFile): boolean {
  return linesWith(text, /^export\b/).length === 0 || linesWith(text, /^export .*\brunService\b/).length > 0;
}

/** Finds lines that break a rule. */
export function checkLines(files: SourceFile[]): Violation[] {
  return files
    .filter(({ path }) => path.endsWith('.ts'))
    .flatMap((file) =>
      lineRules
        .filter(({ appliesTo }) => appliesTo(areaOf(file.path), file))
        .flatMap(({ rule, pattern, message }) =>
          linesWith(file.text, pattern).map((line) => ({ file: file.path, line, rule, message })),
        ),
    );
}

/** Finds files that are too long, and files directly in a service's `src` that belong in a folder. */
export function checkFiles(files: SourceFile[]): Violation[] {
  return files
    .filter(({ path }) => path.endsWith('.ts'))
    .flatMap(({ path, text }) => {
      const [, nameInSrc] = /^services\/(?!shared\/)[^/]+\/src\/([^/]+)$/.exec(path) ?? [];
      const max = maxLinesOf[nameInSrc ?? ''] ?? maxLines;
      const lines = text.trimEnd().split('\n').length;
      const violations: Violation[] = [];
      if (lines > max)
        violations.push({
          file: path,
          line: max + 1,
          rule: 'files-are-short',
          message: `${lines} lines, at most ${max}`,
        });
      if (nameInSrc !== undefined && !filesInSrc.test(nameInSrc))
        violations.push({
          file: path,
          line: 1,
          rule: 'files-are-in-folders',
          message: 'move it into the folder of its layer',
        });
      return violations;
    });
}

/** Finds services without one of the files that every service has. */
export function checkServices(files: SourceFile[]): Violation[] {
  const paths = new Set(files.map(({ path }) => path));
  const folders = new Set([...paths].flatMap((path) => /^services\/(?!shared\/)[^/]+/.exec(path)?.[0] ?? []));
  return [...folders].flatMap((folder) =>
    requiredFiles
      .filter((name) => !paths.has(`${folder}/${name}`))
      .map((name) => ({
        file: folder,
        line: 1,
        rule: 'services-have-the-same-files',
        message: `${name} is missing`,
      })),
  );
}
