import { createHash } from 'node:crypto';
import { chmod, copyFile, cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '@rondo/host-common/start-error';
import { withProgress } from './progress.ts';
import { runTool, type ToolRun } from './run-tool.ts';
import { keptDirectory, type Toolchain } from './toolchain.ts';

export const daprVersion = '1.18.1';

/** The components that a build contains: those of `k8s/dapr-components`, and their replacements on one machine. */
const builtIn = [
  'pubsub_kafka',
  'state_postgres',
  'secretstores_kubernetes',
  'secretstores_local_file',
  'nameresolution_mdns',
  'nameresolution_kubernetes',
];

const releases = 'https://github.com/dapr/dapr/releases/download';

/**
 * Returns the path of daprd: from the cache, downloaded (its published SHA-256 is checked), or built from the Go module.
 * @throws StartError that says what is missing
 */
export async function provideDaprd(toolchain: Toolchain, releaseUrl = releases): Promise<string> {
  const directory = await keptDirectory(
    toolchain,
    `daprd-${daprVersion}-${process.platform}-${process.arch}`,
    async (draft) => {
      const binary = join(draft, 'daprd');
      toolchain.say(`Downloading daprd ${daprVersion} (only once)…`);
      if (await download(toolchain, binary, releaseUrl)) return;
      toolchain.say(
        `The release of daprd ${daprVersion} can't be downloaded: building it (only once, three minutes or more)…`,
      );
      await build(toolchain, draft, binary);
    },
  );
  return join(directory, 'daprd');
}

/** @returns false if the release can't be reached. @throws StartError if its checksum is wrong */
async function download(toolchain: Toolchain, binary: string, releaseUrl: string): Promise<boolean> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `daprd_${platform}_${process.arch === 'x64' ? 'amd64' : process.arch}.tar.gz`;
  const url = `${releaseUrl}/v${daprVersion}/${name}`;
  let archive: Buffer;
  let published: string;
  try {
    published = String(await fetched(`${url}.sha256`));
    let bytes = 0;
    archive = await withProgress(
      toolchain,
      () => `daprd: ${(bytes / 1024 / 1024).toFixed(1)} MiB downloaded`,
      () => fetched(url, (more) => (bytes += more)),
    );
  } catch {
    return false;
  }
  const sha256 = createHash('sha256').update(archive).digest('hex');
  if (published.trim().split(/\s+/)[0] !== sha256)
    throw new StartError(`${url} does not match its published checksum: its SHA-256 is ${sha256}.`);
  await writeFile(`${binary}.tar.gz`, archive);
  const directory = join(binary, '..');
  await runTool('tar', ['-xzf', `${binary}.tar.gz`, '-C', directory, 'daprd'], {
    logFile: `${binary}.log`,
    remedy: 'install tar.',
  });
  await rm(`${binary}.tar.gz`);
  return true;
}

async function fetched(url: string, onBytes: (count: number) => void = () => undefined): Promise<Buffer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(120_000) });
  if (!response.ok || response.body === null) throw new Error(`${url}: ${response.status}`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    onBytes(chunk.length);
  }
  return Buffer.concat(chunks);
}

async function build(toolchain: Toolchain, draft: string, binary: string): Promise<void> {
  let state = 'downloading the source';
  await withProgress(
    toolchain,
    () => `daprd: ${state}`,
    async () => {
      const run = {
        logFile: join(toolchain.cacheDir, 'build-daprd.log'),
        remedy: `daprd ${daprVersion} can't be downloaded and must be built: install Go 1.26 or newer.`,
      };
      const source = await copySource(draft, run);
      await compile({ source, binary, run }, (now) => (state = now));
      await rm(source, { recursive: true, force: true });
      await chmod(binary, 0o755);
      await copyFile(run.logFile, `${binary}.log`);
    },
  );
}

/** Copies the module's source with only the built-in components: the others need modules that can't always be downloaded. */
async function copySource(draft: string, run: ToolRun): Promise<string> {
  const module = JSON.parse(
    await runTool('go', ['mod', 'download', '-json', `github.com/dapr/dapr@v${daprVersion}`], run),
  ) as { Dir: string };
  const source = join(draft, 'source');
  await cp(module.Dir, source, { recursive: true });
  await runTool('chmod', ['-R', 'u+w', source], run);
  const components = join(source, 'cmd/daprd/components');
  for (const file of await readdir(components)) {
    const text = await readFile(join(components, file), 'utf8');
    const isBuiltIn = builtIn.some((name) => file.includes(name));
    if (text.includes('//go:build') && !isBuiltIn) await rm(join(components, file));
  }
  return source;
}

async function compile(
  { source, binary, run }: { source: string; binary: string; run: ToolRun },
  report: (state: string) => void,
): Promise<void> {
  const flags = `-s -w -X github.com/dapr/dapr/pkg/buildinfo.version=${daprVersion}`;
  const go = { ...run, cwd: source, env: { CGO_ENABLED: '0', GOFLAGS: '-mod=mod -buildvcs=false' } };
  const target = ['-tags', 'allcomponents', './cmd/daprd'];
  report('downloading the modules that it needs');
  const listed = await runTool('go', ['list', '-deps', ...target], go);
  const packages = listed.split('\n').length;
  let compiled = 0;
  // With -v, Go prints each package that it compiles, but not those in its cache.
  await runTool('go', ['build', '-v', '-ldflags', flags, '-o', binary, ...target], {
    ...go,
    onLine: () => report(`${(compiled += 1)} of ${packages} packages compiled`),
  });
}
