import { importsOf, type SourceFile } from './source-file.ts';

/** What each node of a graph depends on. */
type Graph = Map<string, string[]>;

/** The graph of our files. It includes imports of types, which the linter's `import/no-cycle` ignores. */
export function fileGraph(files: SourceFile[]): Graph {
  return new Map(files.map((file) => [file.path, importsOf(file).map(({ target }) => target)]));
}

/** The graph of our packages by the dependencies that their package.json files declare, those of tests included. */
export function packageGraph(files: SourceFile[]): Graph {
  return new Map(
    files
      .filter(({ path }) => path.endsWith('/package.json'))
      .map(({ text }) => {
        const { name, dependencies, devDependencies } = JSON.parse(text) as {
          name: string;
          dependencies?: Record<string, string>;
          devDependencies?: Record<string, string>;
        };
        return [name, Object.keys({ ...dependencies, ...devDependencies })];
      }),
  );
}

/** Finds cycles by depth-first search. Returns one for each edge that closes one, with its first node repeated last. */
export function findCycles(graph: Graph): string[] {
  const cycles: string[] = [];
  const finished = new Set<string>();
  const path: string[] = [];
  const visit = (node: string) => {
    if (path.includes(node)) cycles.push([...path.slice(path.indexOf(node)), node].join(' → '));
    if (finished.has(node) || path.includes(node)) return;
    path.push(node);
    for (const next of graph.get(node) ?? []) visit(next);
    path.pop();
    finished.add(node);
  };
  for (const node of graph.keys()) visit(node);
  return cycles;
}
