import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startDns } from '../../support/dns-server.ts';
import { startMailServer } from '../../support/mail-server.ts';
import { aMessage, attempt } from '../../support/message.ts';
import { openEmail, target } from '../../support/open-email.ts';
import { writeTempFile } from '../../support/temp-file.ts';

describe('the name of the mail server', () => {
  test('may be in the hosts file', async (t) => {
    const server = await startMailServer(t);
    const hostsFile = await writeTempFile(t, '127.0.0.1 relay\n');
    const email = openEmail(t, server.url.replace('127.0.0.1', 'relay'), 10_000, { hostsFile });
    assert.deepEqual(await email.send(aMessage(), target, attempt), { status: 'sent' });
  });

  test('may be that of a Service in the cluster', async (t) => {
    const server = await startMailServer(t);
    const dns = await startDns(t, (name) =>
      name === 'relay.mail.svc.cluster.local' ? ['127.0.0.1'] : 'unknown',
    );
    const resolvConf = await writeTempFile(
      t,
      'search rondo.svc.cluster.local svc.cluster.local\noptions ndots:5\n',
    );
    const email = openEmail(t, server.url.replace('127.0.0.1', 'relay.mail'), 10_000, {
      servers: [dns.address],
      isSearched: true,
      resolvConf,
    });
    assert.deepEqual(await email.send(aMessage(), target, attempt), { status: 'sent' });
  });

  test('is the one that its certificate must have', async (t) => {
    const names: (string | false)[] = [];
    const server = await startMailServer(t, {
      secure: true,
      SNICallback: (name, callback) => {
        names.push(name);
        callback(null);
      },
    });
    const dns = await startDns(t, () => ['127.0.0.1']);
    const url = `smtps://relay.example:${server.port}?tls.rejectUnauthorized=false`;
    const email = openEmail(t, url, 10_000, { servers: [dns.address] });
    assert.deepEqual(await email.send(aMessage(), target, attempt), { status: 'sent' });
    assert.deepEqual(names, ['relay.example']);
  });

  for (const [answer, reason] of [
    ['silence', 'The mail server did not answer in time.'],
    ['unknown', 'The mail server cannot be reached: ENOTFOUND.'],
  ] as const)
    test(`is a temporary failure if DNS answers ${answer}`, async (t) => {
      const dns = await startDns(t, () => answer);
      const email = openEmail(t, 'smtp://relay.example', 300, { servers: [dns.address] });
      const outcome = await email.send(aMessage(), target, attempt);
      assert.deepEqual(outcome, { status: 'failed', reason, isPermanent: false });
    });
});
