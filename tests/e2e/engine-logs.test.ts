import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isRealEngine, startHostProcess } from '../support/host-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { eventually } from '@rondo/shared/test/eventually';

test(
  'every program of the engine has a log, and a restart is shown in the terminal',
  { skip: !isRealEngine && 'the embedded engine has one log' },
  async (t) => {
    const dataDir = await temporaryDirectory(t);
    const host = await startHostProcess(dataDir, { LOG_LEVEL: 'info' });
    t.after(() => host.end('SIGKILL'));
    const logs = join(dataDir, 'logs');
    const names = readdirSync(logs).filter((name) => name.endsWith('.log') && name !== 'kafka-format.log');
    for (const name of names) assert.ok(statSync(join(logs, name)).size > 0, `${name} is empty`);
    assert.match(readFileSync(join(logs, 'kafka.log'), 'utf8'), /Kafka Server started/);

    const record = readdirSync(logs).find(
      (name) => name.startsWith('audit-service-') && name.endsWith('.process.json'),
    );
    const { pid } = JSON.parse(readFileSync(join(logs, record ?? ''), 'utf8')) as { pid: number };
    process.kill(pid, 'SIGKILL');
    await eventually(() => host.lines.includes('audit-service exited (SIGKILL). Restarting it.'));
    assert.equal(await host.end('SIGTERM'), 0);
  },
);
