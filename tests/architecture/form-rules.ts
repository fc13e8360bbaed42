import type { Violation } from './dependency-rules.ts';
import { domains, roomOf, type Room } from './rooms.ts';
import { linesWith, type SourceFile } from './source-file.ts';

const mostLines = 300;
const mostLinesOfMain = 5;

/** Where a process begins, and so where its environment is read. */
const entryPoints = new Set([
  'services/shared/src/runtime/service.ts',
  'services/shared/src/health-check.ts',
  'embedded/src/main.ts',
  'embedded/src/backup.ts',
  'embedded/src/restore.ts',
  'gateway/src/main.ts',
  'gateway/src/print-token.ts',
  'release-job/src/main.ts',
  'embedded/src/watch.ts',
  'engine/src/main.ts',
  'engine/src/stop.ts',
]);

type LineRule = {
  rule: string;
  pattern: RegExp;
  message: string;
  appliesTo: (room: Room, path: string) => boolean;
};

const everywhere = () => true;

const lineRules: LineRule[] = [
  {
    rule: 'environment-is-read-at-entry-points',
    pattern: /\bprocess\.env\b/,
    message: 'process.env is read by the entry point and given to config.ts',
    appliesTo: ({ kind }, path) => kind !== 'tool' && !entryPoints.has(path),
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
    message: 'import from the file that has it: no re-exports',
    appliesTo: everywhere,
  },
  {
    rule: 'contracts-are-browser-safe',
    pattern: /\b(process|Buffer|globalThis\.process|__dirname)\b(?=[.[(])/,
    message: 'contracts run in browsers: nothing that only Node has',
    appliesTo: ({ kind }) => kind === 'contracts',
  },
  {
    rule: 'the-sidecar-is-the-only-way-out',
    pattern: /(?<![.\w])(fetch|XMLHttpRequest|EventSource)\(|\bnew WebSocket\(/,
    message: 'a service reaches others through its sidecar (ctx.dapr)',
    appliesTo: ({ kind }) => kind === 'service',
  },
  {
    rule: 'no-service-knows-its-host',
    pattern: /embedded|minikube|kubernetes(?!-secrets)/i,
    message: 'from laptop to cluster addresses change, never code',
    appliesTo: ({ kind }) => kind === 'service' || kind === 'runtime',
  },
];

/** Judges the files by what stands in their lines. */
export function judgeLines(files: SourceFile[]): Violation[] {
  return files
    .filter(({ path }) => path.endsWith('.ts'))
    .flatMap(({ path, text }) => {
      const room = roomOf(path);
      return lineRules
        .filter(({ appliesTo }) => appliesTo(room, path))
        .flatMap(({ rule, pattern, message }) =>
          linesWith(text, pattern).map((line) => ({ file: path, line, rule, message })),
        );
    });
}

/** Judges sizes, and whether each service has the rooms that every service has. */
export function judgeRooms(files: SourceFile[]): Violation[] {
  const paths = new Set(files.map(({ path }) => path));
  const violations: Violation[] = [];
  for (const { path, text } of files) {
    const lines = text.trimEnd().split('\n').length;
    const most = /^services\/[^/]+\/src\/main\.ts$/.test(path) ? mostLinesOfMain : mostLines;
    if (path.endsWith('.ts') && lines > most)
      violations.push({
        file: path,
        line: most + 1,
        rule: 'files-are-short',
        message: `${lines} lines of ${most}`,
      });
  }
  for (const service of servicesOf(paths)) {
    const folder = `services/${service}`;
    const complain = (rule: string, message: string) =>
      violations.push({ file: folder, line: 1, rule, message });
    for (const name of ['src/main.ts', 'src/service.ts', 'README.md'])
      if (!paths.has(`${folder}/${name}`)) complain('services-have-the-same-rooms', `${name} is missing`);
    const domain = domains[service];
    if (!domain)
      complain('domain-is-named', 'tests/architecture/rooms.ts does not say which files are its domain');
    for (const name of domain ?? [])
      if (!paths.has(`${folder}/src/${name}`))
        complain('domain-is-named', `src/${name} is its domain, and missing`);
  }
  return violations;
}

function servicesOf(paths: Set<string>): string[] {
  const names = [...paths].flatMap((path) => /^services\/([^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(names)].filter((name) => name !== 'shared');
}
