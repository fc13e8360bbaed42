import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';
import { lookupTurns } from '../../../../src/channels/transports/names/names.ts';
import { inTurn, startDns, type DnsAnswer } from '../../../support/dns-server.ts';
import { openNames } from '../../../support/open-names.ts';
import { writeTempFile } from '../../../support/temp-file.ts';

const never = 3_600_000;
const endless = { timeoutMs: never, queryTimeoutMs: never };
const ada = { asker: 'ada', signal: new AbortController().signal };
const bob = { ...ada, asker: 'bob' };

const onlyGood = (name: string): DnsAnswer => (name === 'good.example' ? ['192.0.2.1'] : 'silence');
const namesOf = (asked: string[]) => new Set(asked);

describe('names', { timeout: 60_000 }, () => {
  test('have all addresses of both families; an address is its own answer', async (t) => {
    const dns = await startDns(t, () => ['192.0.2.1', '2001:db8::7', '192.0.2.2']);
    const names = openNames(t, { servers: [dns.address] });
    assert.deepEqual(await names.lookup('a.example', ada), [
      { address: '192.0.2.1', family: 4 },
      { address: '192.0.2.2', family: 4 },
      { address: '2001:db8::7', family: 6 },
    ]);
    dns.asked.length = 0;
    assert.deepEqual(await names.lookup('2001:db8::8', ada), [{ address: '2001:db8::8', family: 6 }]);
    assert.deepEqual(dns.asked, []);
  });

  const failures: [answer: DnsAnswer, code: string][] = [
    ['unknown', 'ENOTFOUND'],
    ['failure', 'ESERVFAIL'],
    ['silence', 'ETIMEOUT'],
    [[], 'ENODATA'],
  ];
  for (const [answer, code] of failures)
    test(`fail with ${code} if the answer is ${JSON.stringify(answer)}`, async (t) => {
      const dns = await startDns(t, () => answer);
      const names = openNames(t, { servers: [dns.address], timeoutMs: 300, queryTimeoutMs: never });
      await assert.rejects(names.lookup('a.example', ada), { code });
    });

  test('have the addresses of one family if the other one has no answer', async (t) => {
    let questions = 0;
    const dns = await startDns(t, () => (questions++ === 0 ? ['192.0.2.1'] : 'silence'));
    const names = openNames(t, { servers: [dns.address], timeoutMs: 300 });
    assert.deepEqual(await names.lookup('a.example', ada), [{ address: '192.0.2.1', family: 4 }]);
  });

  test('that failed are not asked for again for a while', async (t) => {
    const dns = await startDns(t, inTurn('unknown', ['192.0.2.1']));
    const names = openNames(t, { servers: [dns.address], failureKeptMs: never });
    for (const who of [ada, ada, bob])
      await assert.rejects(names.lookup('a.example', who), { code: 'ENOTFOUND' });
    assert.equal(dns.asked.length, 2, 'for both families');
    const forgetful = openNames(t, { servers: [dns.address], failureKeptMs: 0 });
    assert.equal((await forgetful.lookup('a.example', ada)).length, 1);
  });

  test('that hang delay only those of the same asker, and few are asked for at a time', async (t) => {
    const dns = await startDns(t, onlyGood);
    const names = openNames(t, { servers: [dns.address], ...endless });
    const hanging = Array.from({ length: 50 }, (_, index) =>
      assert.rejects(names.lookup(`${index}.hanging.example`, ada), { code: 'ECANCELLED' }),
    );
    await eventually(() => namesOf(dns.asked).size === lookupTurns.maxRunning);
    assert.equal((await names.lookup('good.example', bob))[0]?.address, '192.0.2.1');
    assert.equal(namesOf(dns.asked).size, lookupTurns.maxRunning + 1);
    names[Symbol.dispose]();
    await Promise.all(hanging);
    assert.equal(namesOf(dns.asked).size, lookupTurns.maxRunning + 1, 'those that waited are not asked for');
  });

  test('that are too many of one asker are refused, and can be retried', async (t) => {
    const dns = await startDns(t, onlyGood);
    const names = openNames(t, { servers: [dns.address], ...endless });
    const all = Array.from({ length: lookupTurns.maxRunning + lookupTurns.maxWaiting }, (_, index) =>
      assert.rejects(names.lookup(`${index}.hanging.example`, ada)),
    );
    await assert.rejects(names.lookup('good.example', ada), { code: 'busy', retryable: true });
    names[Symbol.dispose]();
    await Promise.all(all);
  });

  test('are no longer looked up after an abort, nor is a turn waited for', async (t) => {
    const dns = await startDns(t, onlyGood);
    const names = openNames(t, { servers: [dns.address], ...endless });
    const abort = new AbortController();
    const { signal } = abort;
    const aborted = Array.from({ length: lookupTurns.maxRunning + 1 }, (_, index) =>
      assert.rejects(names.lookup(`${index}.hanging.example`, { asker: 'ada', signal }), /changed my mind/),
    );
    await eventually(() => namesOf(dns.asked).size === lookupTurns.maxRunning);
    abort.abort(new Error('I changed my mind'));
    await Promise.all(aborted);
    assert.equal((await names.lookup('good.example', ada))[0]?.address, '192.0.2.1', 'the turns are free');
    assert.equal(namesOf(dns.asked).size, lookupTurns.maxRunning + 1);
    await assert.rejects(names.lookup('other.example', { asker: 'ada', signal }), /changed my mind/);
  });

  test('of the hosts file are not asked for, and wait for nothing', async (t) => {
    const dns = await startDns(t, () => 'silence');
    const hostsFile = await writeTempFile(t, '192.0.2.9 relay\n');
    const names = openNames(t, { servers: [dns.address], hostsFile, ...endless });
    const hanging = Array.from({ length: lookupTurns.maxRunning }, (_, index) =>
      assert.rejects(names.lookup(`${index}.hanging.example`, ada)),
    );
    assert.deepEqual(await names.lookup('relay', ada), [{ address: '192.0.2.9', family: 4 }]);
    assert.equal((await names.lookup('localhost', ada))[0]?.address, '127.0.0.1');
    assert.ok(!dns.asked.includes('relay'));
    names[Symbol.dispose]();
    await Promise.all(hanging);
  });

  test('are below a domain of the search list only if they are searched', async (t) => {
    const dns = await startDns(t, (name) =>
      name === 'relay.svc.example' ? ['192.0.2.9'] : name === 'relay.dead.example' ? 'failure' : 'unknown',
    );
    const resolvConf = await writeTempFile(t, 'search dead.example svc.example\n');
    const options = { servers: [dns.address], resolvConf };
    const searched = openNames(t, { ...options, isSearched: true });
    assert.deepEqual(await searched.lookup('relay', ada), [{ address: '192.0.2.9', family: 4 }]);
    assert.deepEqual([...namesOf(dns.asked)], ['relay.dead.example', 'relay.svc.example']);
    dns.asked.length = 0;
    await assert.rejects(openNames(t, options).lookup('relay', ada), { code: 'ENOTFOUND' });
    assert.deepEqual([...namesOf(dns.asked)], ['relay']);
  });

  test('are asked of the servers that are given, which must be addresses', (t) => {
    for (const servers of [['dns.example'], ['192.0.2.1:port'], ['192.0.2.1', 'x']])
      assert.throws(() => openNames(t, { servers }), { code: 'invalid-configuration' });
  });

  test('that hang do not delay the end of the process', async (t) => {
    const dns = await startDns(t, onlyGood);
    const program = `
      import { createNames } from ${JSON.stringify(import.meta.resolve('../../../../src/channels/transports/names/names.ts'))};
      const options = { servers: ['${dns.address}'], isSearched: false, timeoutMs: ${never}, queryTimeoutMs: ${never} };
      const names = createNames(options);
      const { signal } = new AbortController();
      process.once('SIGTERM', () => names[Symbol.dispose]());
      for (let index = 0; index < 20; index += 1)
        names.lookup(index + '.hanging.example', { asker: 'ada', signal }).catch(() => undefined);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'inherit' });
    t.after(() => child.kill('SIGKILL'));
    const ended = once(child, 'exit');
    await eventually(() => namesOf(dns.asked).size === lookupTurns.maxRunning);
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
  });
});
