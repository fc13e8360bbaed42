import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { startHostProcess } from '../support/host-process.ts';

const root = join(import.meta.dirname, '../..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

function start(command: string, args: string[], env: Record<string, string> = {}) {
  const file = scripts[command]?.split(' ').at(-1) ?? '';
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(root, file), ...args],
    {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const printed = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (printed.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (printed.stderr += chunk.toString()));
  return { child, printed };
}

async function run(command: string, args: string[], env: Record<string, string> = {}) {
  const { child, printed } = start(command, args, env);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...printed };
}

const oneLine = /^rondo: [^\n]+\n$/;

for (const command of ['start', 'engine', 'engine:stop', 'backup', 'restore', 'watch', 'token']) {
  test(`npm run ${command} explains itself with --help, and refuses another option in one line`, async () => {
    const help = await run(command, ['--help']);
    assert.deepEqual([help.code, help.stderr], [0, '']);
    assert.ok(help.stdout.startsWith(command === 'start' ? 'npm start\n' : 'npm run '), help.stdout);
    assert.ok(help.stdout.includes(command));
    const refused = await run(command, ['--no-such-option']);
    assert.ok(refused.code === 1 || refused.code === 2);
    assert.match(refused.stderr, oneLine);
  });
}

for (const command of ['watch', 'token']) {
  test(`npm run ${command} on a directory without an installation is one line, and makes no keys`, async (t) => {
    const dataDir = join(await temporaryDirectory(t), 'data');
    const { code, stderr } = await run(command, [], { RONDO_DATA_DIR: dataDir });
    assert.equal(code, 1);
    assert.match(stderr, oneLine);
    assert.throws(() => readFileSync(join(dataDir, 'identity', 'signing-key.json')), { code: 'ENOENT' });
  });
}

test('npm run token refuses a name of an agent that services would refuse', async () => {
  const { code, stderr } = await run('token', ['--agent', ' ']);
  assert.equal(code, 1);
  assert.match(stderr, /^rondo: The name of an agent has 1 to 100 characters\.\n$/);
});

test('watch says that the host is down, once, and goes on', async (t) => {
  const dataDir = await temporaryDirectory(t);
  const host = await startHostProcess(dataDir);
  await host.end('SIGTERM');
  let attempts = 0;
  const refusing = createServer((socket) => {
    attempts += 1;
    socket.destroy();
  });
  refusing.listen(Number(new URL(host.endpoints.url).port), '127.0.0.1');
  t.after(() => refusing.close());
  const { child, printed } = start('watch', [], { RONDO_DATA_DIR: dataDir });
  t.after(() => child.kill('SIGKILL'));
  await eventually(() => attempts >= 3);
  assert.match(
    printed.stderr,
    /^rondo: Rondo does not answer at http:\S+ Trying again until it does \(npm start\)…\n$/,
  );
  assert.equal(child.exitCode, null);
});

test('a low limit of open files is a hint at the start', async (t) => {
  const dataDir = await temporaryDirectory(t);
  const child = spawn('sh', ['-c', `ulimit -n 256; exec "${process.execPath}" hosts/embedded/src/main.ts`], {
    cwd: root,
    env: { ...process.env, RONDO_PORT: '0', RONDO_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.after(async () => {
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  const [first] = (await once(child.stdout, 'data')) as [Buffer];
  assert.match(first.toString(), /^Only 256 files may be open at once, .* ulimit -n 1024/);
});
