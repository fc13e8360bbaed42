import { createHash } from 'node:crypto';
import { chmod, copyFile, cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '@rondo/host-common/start-error';
import { runTool } from './run-tool.ts';
import { keptDirectory, type Toolchain } from './toolchain.ts';

export const daprVersion = '1.18.1';

/** What is built in: the components of `k8s/dapr-components` and those that take their place on one machine. */
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
 * The path of daprd: from the cache, else the release (its published SHA-256 is checked), else built from the Go module.
 * @throws StartError that says what is missing
 */
export async function provideDaprd(toolchain: Toolchain, releaseUrl = releases): Promise<string> {
  const directory = await keptDirectory(
    toolchain,
    `daprd-${daprVersion}-${process.platform}-${process.arch}`,
    async (draft) => {
      const binary = join(draft, 'daprd');
      if (await download(binary, releaseUrl)) return;
      toolchain.say(`building daprd ${daprVersion} (once; about three minutes)…`);
      await build(toolchain, draft, binary);
    },
  );
  return join(directory, 'daprd');
}

/** @returns false where the release can't be reached; throws where what comes is not what was published */
async function download(binary: string, releaseUrl: string): Promise<boolean> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `daprd_${platform}_${process.arch === 'x64' ? 'amd64' : process.arch}.tar.gz`;
  const url = `${releaseUrl}/v${daprVersion}/${name}`;
  let archive: Buffer;
  let published: string;
  try {
    [published, archive] = await Promise.all([fetched(`${url}.sha256`).then(String), fetched(url)]);
  } catch {
    return false;
  }
  const sha256 = createHash('sha256').update(archive).digest('hex');
  if (published.trim().split(/\s+/)[0] !== sha256)
    throw new StartError(`${url} is not what was published: its SHA-256 is ${sha256}.`);
  await writeFile(`${binary}.tar.gz`, archive);
  const directory = join(binary, '..');
  await runTool('tar', ['-xzf', `${binary}.tar.gz`, '-C', directory, 'daprd'], {
    log_file: `${binary}.log`,
    remedy: 'install tar.',
  });
  await rm(`${binary}.tar.gz`);
  return true;
}

async function fetched(url: string): Promise<Buffer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(120_000) });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

/** The module's own tree with the built-in components alone: all of them would pull modules that are not always to be had. */
async function build({ cache_dir: cacheDir }: Toolchain, draft: string, binary: string): Promise<void> {
  const run = {
    log_file: join(cacheDir, 'build-daprd.log'),
    remedy: `daprd ${daprVersion} can't be downloaded, so it has to be built: install Go 1.26 or newer.`,
  };
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
  const flags = `-s -w -X github.com/dapr/dapr/pkg/buildinfo.version=${daprVersion}`;
  const settings = ['CGO_ENABLED=0', 'GOFLAGS=-mod=mod -buildvcs=false'];
  const goBuild = ['go', 'build', '-tags', 'allcomponents', '-ldflags', flags, '-o', binary, './cmd/daprd'];
  await runTool('env', [...settings, ...goBuild], { ...run, cwd: source });
  await rm(source, { recursive: true, force: true });
  await chmod(binary, 0o755);
  await copyFile(run.log_file, `${binary}.log`);
}
