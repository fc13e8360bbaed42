/** One import of a file: where it stands and what it names, relative ones resolved to a path of the tree. */
export type Import = { file: string; line: number; target: string };

export type Violation = { file: string; line: number; rule: string };

type Rule = { name: string; isBroken: (imported: Import) => boolean };

const isContract = (path: string) =>
  path.startsWith('services/shared/src/contracts/') || path.startsWith('@rondo/shared/contracts/');
const isRuntime = (path: string) =>
  path.startsWith('services/shared/src/runtime/') || path.startsWith('@rondo/shared/runtime/');
const serviceOf = (path: string) =>
  /^(?:services\/|@rondo\/)((?!shared)[a-z]+(?:-[a-z]+)*-service)(?:\/|$)/.exec(path)?.[1];
const roomOf = (path: string) =>
  /^services\/[a-z-]+-service\/src\/(?:(commands|queries|consumers|workers)\/|([a-z-]+)\.ts$)/
    .exec(path)
    ?.slice(1)
    .find(Boolean);
const isSource = (path: string) => /\/src\//.test(path);

/** Files of the domain: they decide, and touch neither the database nor the network. */
const domain = new Set([
  'task',
  'recurrence-fields',
  'due-instant',
  'chain',
  'seq-coverage',
  'workspace-buffer',
]);

/** The rule of ARCHITECTURE.md, one direction at a time. */
export const rules: Rule[] = [
  {
    name: 'contracts import only contracts and typebox, so that a browser can load them',
    isBroken: ({ file, target }) => isContract(file) && !isContract(target) && !/^typebox(\/|$)/.test(target),
  },
  {
    name: 'the shared runtime imports no service and not the embedded host',
    isBroken: ({ file, target }) =>
      isRuntime(file) && (serviceOf(target) !== undefined || target.includes('embedded')),
  },
  {
    name: 'services import neither each other nor the embedded host',
    isBroken: ({ file, target }) => {
      const own = serviceOf(file);
      const other = serviceOf(target);
      return (
        own !== undefined &&
        isSource(file) &&
        ((other !== undefined && other !== own) || target.includes('embedded'))
      );
    },
  },
  {
    name: 'only the embedded host, tests, scripts and benches import services',
    isBroken: ({ file, target }) =>
      serviceOf(target) !== undefined &&
      serviceOf(file) === undefined &&
      !/^(embedded|tests|scripts|bench)\//.test(file),
  },
  {
    name: 'the domain imports contracts, errors and itself',
    isBroken: ({ file, target }) => {
      const room = roomOf(file);
      if (room === undefined || !domain.has(room)) return false;
      return (
        !isContract(target) &&
        target !== '@rondo/shared/runtime/errors' &&
        target !== 'node:crypto' &&
        !domain.has(roomOf(target) ?? '')
      );
    },
  },
  {
    name: 'queries import no commands, consumers or workers',
    isBroken: ({ file, target }) =>
      roomOf(file) === 'queries' && ['commands', 'consumers', 'workers'].includes(roomOf(target) ?? ''),
  },
  {
    name: 'nothing below imports routes or the service itself',
    isBroken: ({ file, target }) =>
      serviceOf(file) !== undefined &&
      /\/src\/(routes|read-routes|service)\.ts$/.test(target) &&
      !/\/src\/(main|service)\.ts$/.test(file) &&
      isSource(file),
  },
];

export function violationsOf(imported: Import): Violation[] {
  return rules
    .filter(({ isBroken }) => isBroken(imported))
    .map(({ name }) => ({ file: imported.file, line: imported.line, rule: name }));
}
