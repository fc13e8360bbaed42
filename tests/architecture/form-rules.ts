import type { Violation } from './dependency-rules.ts';
import { areaOf, serverPackages, type Area } from './area.ts';
import { linesWith, type SourceFile } from './source-file.ts';

const maxLines = 300;
const maxLinesOfMain = 5;

/** Where a process begins, and so where its environment is read: the files directly below `src` that a command names. */
const entryPoint =
  /^(?:services\/shared\/src\/(?:service|health-check)|(?:hosts\/[^/]+|gateway|release-job)\/src\/(?:main|stop|watch|backup|restore|print-token))\.ts$/;

type LineRule = {
  rule: string;
  pattern: RegExp;
  message: string;
  appliesTo: (area: Area, path: string) => boolean;
};

const everywhere = () => true;

const lineRules: LineRule[] = [
  {
    rule: 'environment-is-read-at-entry-points',
    pattern: /\bprocess\.env\b/,
    message: 'process.env is read by the entry point and given to config.ts',
    appliesTo: ({ kind }, path) => kind !== 'tool' && !entryPoint.test(path),
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
    appliesTo: ({ kind }, path) => kind === 'runtime' && path !== 'services/shared/src/service-registry.ts',
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
      const area = areaOf(path);
      return lineRules
        .filter(({ appliesTo }) => appliesTo(area, path))
        .flatMap(({ rule, pattern, message }) =>
          linesWith(text, pattern).map((line) => ({ file: path, line, rule, message })),
        );
    });
}

/** Judges sizes, and whether each service has the files that every service has. */
export function judgeForm(files: SourceFile[]): Violation[] {
  const paths = new Set(files.map(({ path }) => path));
  const violations: Violation[] = [];
  for (const { path, text } of files) {
    const lines = text.trimEnd().split('\n').length;
    const max = /^services\/[^/]+\/src\/main\.ts$/.test(path) ? maxLinesOfMain : maxLines;
    if (path.endsWith('.ts') && lines > max)
      violations.push({
        file: path,
        line: max + 1,
        rule: 'files-are-short',
        message: `${lines} lines of ${max}`,
      });
  }
  for (const service of servicesOf(paths)) {
    const folder = `services/${service}`;
    const complain = (rule: string, message: string) =>
      violations.push({ file: folder, line: 1, rule, message });
    for (const name of ['src/main.ts', 'src/service.ts', 'README.md'])
      if (!paths.has(`${folder}/${name}`)) complain('services-have-the-same-files', `${name} is missing`);
  }
  return violations;
}

function servicesOf(paths: Set<string>): string[] {
  const names = [...paths].flatMap((path) => /^services\/([^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(names)].filter((name) => name !== 'shared');
}
