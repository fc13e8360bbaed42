import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** What an `npm ci` that succeeds does here. */
const installs = `mkdir -p node_modules/node/bin && ln -s ${process.execPath} node_modules/node/bin/node && echo run >> npm-runs`;

/** A checkout of one program that prints `ran`, without dependencies, and with an npm that runs a shell script. */
async function checkout(t: TestContext, npm: string | undefined, program = "console.log('ran')") {
  const root = await temporaryDirectory(t);
  await Promise.all([mkdir(join(root, 'scripts')), mkdir(join(root, 'bin'))]);
  await copyFile(
    join(import.meta.dirname, '../../scripts/on-node-24.mjs'),
    join(root, 'scripts/on-node-24.mjs'),
  );
  await writeFile(join(root, 'package-lock.json'), '{}');
  await writeFile(join(root, 'program.mjs'), program);
  if (npm !== undefined) {
    await writeFile(join(root, 'bin/npm'), `#!/bin/sh\n${npm}\n`);
    await chmod(join(root, 'bin/npm'), 0o755);
  }
  return root;
}

function start(
  root: string,
  flags: string[] = [],
  path = `${root}/bin:${process.env['PATH']}`,
  program = 'program.mjs',
) {
  const child = spawn(process.execPath, [...flags, join(root, 'scripts/on-node-24.mjs'), program], {
    env: { PATH: path, TMPDIR: root },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { child, ended: endOf(child) };
}

async function endOf(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

test('dependencies are installed once, then the program runs', async (t) => {
  const root = await checkout(t, installs);
  for (const attempt of ['first', 'second']) {
    const { code, output } = await start(root).ended;
    assert.equal(code, 0, `${attempt}: ${output}`);
    assert.match(output, /ran\n$/);
  }
  assert.equal(await readFile(join(root, 'npm-runs'), 'utf8'), 'run\n');
});

test('what runs Rondo is installed without development tools, which join it when a command needs them', async (t) => {
  const root = await checkout(t, `echo "$@" >> npm-commands; ${installs.replace('ln -s', 'ln -sf')}`);
  await mkdir(join(root, 'hosts/embedded'), { recursive: true });
  const host = 'hosts/embedded/main.mjs';
  await copyFile(join(root, 'program.mjs'), join(root, host));
  for (const program of [host, host, 'program.mjs', host]) {
    const { code, output } = await start(root, [], undefined, program).ended;
    assert.equal(code, 0, output);
  }
  const common = '--no-audit --no-fund --loglevel=error';
  const commands = `ci --omit=dev ${common}\ninstall --no-save ${common}\n`;
  assert.equal(await readFile(join(root, 'npm-commands'), 'utf8'), commands);
});

test('the headers that come with Node are removed', async (t) => {
  const folder = `node_modules/node/node_modules/node-${process.platform}-${process.arch}`;
  const root = await checkout(t, `${installs}; mkdir -p ${folder}/include ${folder}/bin`);
  assert.equal((await start(root).ended).code, 0);
  assert.deepEqual(await readdir(join(root, folder)), ['bin']);
});

test('compiled code is kept with the dependencies, and a place that is given counts', async (t) => {
  const root = await checkout(t, installs, 'console.log(process.env.NODE_COMPILE_CACHE)');
  assert.match((await start(root).ended).output, /node_modules\/\.cache\/compiled\n$/);
  assert.ok((await readdir(join(root, 'node_modules/.cache/compiled'))).length > 0);
  const given = spawn(process.execPath, [join(root, 'scripts/on-node-24.mjs'), 'program.mjs'], {
    env: { TMPDIR: root, NODE_COMPILE_CACHE: join(root, 'given') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  assert.equal((await endOf(given)).output, `${join(root, 'given')}\n`);
});

test('two commands at once install once: the second one waits', async (t) => {
  const root = await checkout(t, `sleep 1; ${installs}`);
  const both = await Promise.all([start(root).ended, start(root).ended]);
  assert.deepEqual(
    both.map(({ code }) => code),
    [0, 0],
    JSON.stringify(both),
  );
  assert.ok(both.some(({ output }) => output.includes('waiting for another command')));
  assert.equal(await readFile(join(root, 'npm-runs'), 'utf8'), 'run\n');
});

test('without npm, one line says so', async (t) => {
  const root = await checkout(t, undefined);
  const { code, output } = await start(root, [], join(root, 'bin')).ended;
  assert.equal(code, 1);
  assert.match(output, /rondo: npm is not on the PATH: install Node\.js with npm/);
});

test('an installation that fails says that the first start needs the registry', async (t) => {
  const root = await checkout(t, 'echo "npm error ENOTCACHED" >&2; exit 1');
  const { code, output } = await start(root).ended;
  assert.equal(code, 1);
  assert.match(output, /npm error ENOTCACHED\nrondo: npm ci failed, .*needs the npm registry once: .*\n$/);
});

test('Ctrl-C during the installation waits for the end of npm, and says what to do', async (t) => {
  const root = await checkout(
    t,
    "trap 'sleep 0.5; echo npm has ended; exit 1' INT; echo begun; while :; do sleep 0.1; done",
  );
  const { child, ended } = start(root);
  await new Promise<void>((resolve) => {
    child.stderr.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('begun')) resolve();
    });
  });
  child.kill('SIGINT');
  const { code, output } = await ended;
  assert.equal(code, 130);
  assert.match(output, /npm has ended\nrondo: the installation was interrupted\. Run the same command again/);
});

test('a platform that is not supported is refused in one line, before anything is installed', async (t) => {
  const root = await checkout(t, installs);
  const fake = join(root, 'platform.cjs');
  await writeFile(fake, "Object.defineProperty(process, 'platform', { value: 'win32' });");
  const { code, output } = await start(root, ['--require', fake]).ended;
  assert.equal(code, 1);
  assert.match(
    output,
    /^rondo: Rondo runs on Linux with glibc and on macOS \(x64, arm64\), but this is win32-.*\n$/,
  );
});

test('SIGTERM to npm, which ends without passing it on, stops a program that takes its time, once', async (t) => {
  const root = await checkout(
    t,
    installs,
    `let signals = 0;
     process.on('SIGTERM', () => {
       signals += 1;
       if (signals === 1) setTimeout(() => { console.log(\`stopped after \${signals}\`); process.exit(0); }, 1_500);
     });
     console.log('ready');
     setInterval(() => undefined, 1_000);`,
  );
  // As npm runs it: a shell between, which a signal ends at once.
  const shell = spawn(
    'sh',
    ['-c', `"${process.execPath}" "${join(root, 'scripts/on-node-24.mjs')}" program.mjs; true`],
    {
      env: { PATH: `${root}/bin:${process.env['PATH']}`, TMPDIR: root, npm_lifecycle_event: 'start' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  shell.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await eventually(() => output.includes('ready'));
  shell.kill('SIGTERM');
  await once(shell, 'exit');
  await eventually(() => output.includes('stopped'), { what: 'the program to be stopped' });
  assert.match(output, /stopped after 1\n/);
});
