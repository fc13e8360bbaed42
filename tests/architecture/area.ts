/** What a file inside a service is for: the innermost folder of its path that names a layer. */
export type Layer = (typeof layerFolders)[number] | 'entry' | 'service' | 'config' | 'support';

const layerFolders = [
  'routes',
  'consumers',
  'workers',
  'commands',
  'queries',
  'store',
  'transports',
  'domain',
] as const;

/** What exposes, releases or hosts services; each may import those before it. */
const aboveServices = ['gateway', 'release-job', 'hosts/common', 'hosts/embedded', 'hosts/dapr'] as const;
export type AboveServices = (typeof aboveServices)[number];

/** Packages for servers. All others run in browsers, too. */
export const serverPackages: readonly string[] = ['dapr-emulator', 'postgres'];

export type Area =
  | { kind: 'package'; name: string }
  | { kind: 'contracts' | 'runtime' | 'test support' | 'tool' | 'library' | AboveServices }
  | { kind: 'service'; service: string; layer: Layer };

/** The area that a path of the repository belongs to; everything else is a library of somebody else's. */
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

/** How far above the services an area stands: the gateway 0, the hosts last; undefined for everything below. */
export function heightOf({ kind }: Area): number | undefined {
  const height = aboveServices.findIndex((folder) => folder === kind);
  return height < 0 ? undefined : height;
}

function layerOf(path: string): Layer {
  const folders = path.split('/').slice(0, -1);
  const layer = folders.findLast((folder) => layerFolders.some((name) => name === folder));
  if (layer !== undefined) return layer as Layer;
  if (path === 'main.ts' || folders[0] === 'cli') return 'entry';
  if (path === 'service.ts') return 'service';
  if (path === 'config.ts') return 'config';
  // A folder that is no layer is a library of the service, as pure as its domain.
  return folders.length > 0 ? 'domain' : 'support';
}
