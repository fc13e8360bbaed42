/** The layers of a service. A file belongs to the innermost folder of its path with one of these names. */
export const layerFolders = [
  'routes',
  'consumers',
  'workers',
  'commands',
  'queries',
  'store',
  'transports',
  'domain',
] as const;

/** `context` stands for context.ts, metrics.ts and secrets.ts, which layers receive when the service starts. */
export type Layer = (typeof layerFolders)[number] | 'entry' | 'service' | 'config' | 'context';

/** Folders above the services, lowest first: each may import those before it. */
const aboveServices = ['gateway', 'release-job', 'hosts/common', 'hosts/embedded', 'hosts/dapr'] as const;
export type AboveServices = (typeof aboveServices)[number];

/** Packages that need Node. All others also run in browsers. */
export const serverPackages: readonly string[] = ['dapr-emulator', 'postgres'];

export type Area =
  | { kind: 'package'; name: string }
  | { kind: 'contracts' | 'runtime' | 'test support' | 'tool' | 'library' | AboveServices }
  | { kind: 'service'; service: string; layer: Layer };

/** Returns the area of a path in the repository, or `library` for a specifier of an npm package or of Node. */
export function areaOf(target: string): Area {
  const [, packageName] = /^packages\/([^/]+)\/src\//.exec(target) ?? [];
  if (packageName !== undefined) return { kind: 'package', name: packageName };
  if (/^(packages|services|hosts)\/[^/]+\/test\//.test(target)) return { kind: 'test support' };
  if (target.startsWith('services/shared/src/contracts/')) return { kind: 'contracts' };
  if (target.startsWith('services/shared/src/')) return { kind: 'runtime' };
  const above = aboveServices.find((folder) => target.startsWith(`${folder}/`));
  if (above !== undefined) return { kind: above };
  if (/^(scripts|bench|tests)\//.test(target)) return { kind: 'tool' };
  const [, service, path] = /^services\/([^/]+)\/src\/(.+)$/.exec(target) ?? [];
  if (service !== undefined && path !== undefined) return { kind: 'service', service, layer: layerOf(path) };
  return { kind: 'library' };
}

/** Returns the position of an area in `aboveServices`, or undefined for services and everything below them. */
export function heightOf({ kind }: Area): number | undefined {
  const height = aboveServices.findIndex((folder) => folder === kind);
  return height < 0 ? undefined : height;
}

function layerOf(path: string): Layer {
  const folders = path.split('/').slice(0, -1);
  const layer = layerFolders.find((name) => name === folders.findLast(isLayerFolder));
  if (layer !== undefined) return layer;
  if (path === 'main.ts' || folders[0] === 'cli') return 'entry';
  if (path === 'service.ts') return 'service';
  if (path === 'config.ts') return 'config';
  // Any other folder is a library of the service and follows the rules of its domain.
  return folders.length > 0 ? 'domain' : 'context';
}

function isLayerFolder(folder: string): boolean {
  return layerFolders.some((name) => name === folder);
}
