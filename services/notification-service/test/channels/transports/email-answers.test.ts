import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import { createEmailChannel } from '../../../src/channels/transports/email.ts';
import { refusal, startMailServer } from '../../support/mail-server.ts';
import { aMessage, attempt } from '../../support/message.ts';
import { openEmail, target } from '../../support/open-email.ts';
import { openNames } from '../../support/open-names.ts';

describe('the answer of a mail server', () => {
  const answers: [what: string, error: Error, expected: { isPermanent: boolean; isGone?: boolean }][] = [
    ['a full mailbox', refusal(452, '4.2.2 Mailbox full'), { isPermanent: false }],
    ['greylisting', refusal(451, '4.7.1 Try again later'), { isPermanent: false }],
    ['a policy', refusal(554, '5.7.1 Rejected'), { isPermanent: true }],
    ['no such mailbox', refusal(550, '5.1.1 No such user'), { isPermanent: true, isGone: true }],
    ['another 550', refusal(550, '5.7.26 Unauthenticated'), { isPermanent: true }],
    ['a disabled mailbox', refusal(550, '5.2.1 Mailbox disabled'), { isPermanent: true, isGone: true }],
    ['a domain without mail', refusal(556, '5.1.10 Null MX'), { isPermanent: true, isGone: true }],
    ['a refused sender', refusal(550, '5.1.8 Bad sender domain'), { isPermanent: true }],
    ['a full mailbox for good', refusal(552, '5.2.2 Over quota'), { isPermanent: true }],
  ];
  for (const [what, error, expected] of answers)
    for (const command of ['onMailFrom', 'onRcptTo', 'onData'] as const)
      test(`${what} at ${command} fails with the reply as the reason`, async (t) => {
        const server = await startMailServer(t, {
          [command]: (
            given: { resume?: () => void },
            _session: unknown,
            callback: (error: Error) => void,
          ) => {
            given.resume?.();
            callback(error);
          },
        });
        const outcome = await openEmail(t, server.url).send(aMessage(), target, attempt);
        assert.equal(outcome.status, 'failed');
        const { reason, ...rest } = outcome;
        assert.deepEqual(rest, { status: 'failed', ...expected });
        assert.ok(reason.includes(error.message), reason);
      });

  for (const [code, command, isGone] of [
    [550, 'onRcptTo', true],
    [551, 'onRcptTo', true],
    [553, 'onRcptTo', true],
    [554, 'onRcptTo', undefined],
    [550, 'onMailFrom', undefined],
    [550, 'onData', undefined],
  ] as const)
    test(`${code} without an enhanced status at ${command} ${isGone ? 'refuses the recipient' : 'is about this e-mail'}`, async (t) => {
      const server = await startMailServer(t, {
        [command]: (given: { resume?: () => void }, _session: unknown, callback: (error: Error) => void) => {
          given.resume?.();
          callback(refusal(code, 'Rejected'));
        },
      });
      const outcome = await openEmail(t, server.url).send(aMessage(), target, attempt);
      assert.equal(outcome.status, 'failed');
      assert.deepEqual([outcome.isPermanent, outcome.isGone], [true, isGone]);
    });

  test('a server that has the whole e-mail and does not answer may have taken it: it is sent, unconfirmed', async (t) => {
    const server = await startMailServer(t, { onData: (stream) => void stream.resume() });
    const outcome = await openEmail(t, server.url, 400).send(aMessage(), target, attempt);
    assert.deepEqual(outcome, { status: 'sent', isUnconfirmed: true });
    assert.equal(server.connections(), 1, 'it is handed over once');
  });

  test('a server that hangs up after the end of an e-mail may have taken it as well', async (t) => {
    const connections: { destroy(): void }[] = [];
    const server = await startMailServer(t, {
      onData: (stream) => {
        stream.resume();
        stream.on('end', () => {
          for (const connection of connections) connection.destroy();
        });
      },
    });
    server.onConnection((socket) => void connections.push(socket));
    const outcome = await openEmail(t, server.url, 2_000).send(aMessage(), target, attempt);
    assert.deepEqual(outcome, { status: 'sent', isUnconfirmed: true });
    assert.equal(server.connections(), 1, 'it is handed over once');
  });

  test('a server that hangs up before the end of an e-mail has not taken it', async (t) => {
    const server = await startMailServer(t, {
      onRcptTo: (_address, session, callback) => callback(refusal(421, `4.3.2 Closing ${session.id.length}`)),
    });
    const outcome = await openEmail(t, server.url).send(aMessage(), target, attempt);
    assert.equal(outcome.status === 'failed' && !outcome.isPermanent, true);
  });

  test('a refusal leaves the channel usable', async (t) => {
    let refusals = 1;
    const server = await startMailServer(t, {
      onRcptTo: (_address, _session, callback) =>
        callback(refusals-- > 0 ? refusal(550, '5.1.1 No such user') : null),
    });
    const email = openEmail(t, server.url);
    assert.equal((await email.send(aMessage(), target, attempt)).status, 'failed');
    assert.equal((await email.send(aMessage(), target, attempt)).status, 'sent');
  });

  test('a wrong SMTP password is a temporary failure', async (t) => {
    const server = await startMailServer(t, {
      disabledCommands: [],
      allowInsecureAuth: true,
      onAuth: (_auth, _session, callback) => callback(refusal(535, '5.7.8 Wrong password')),
    });
    const email = openEmail(t, server.url.replace('smtp://', 'smtp://rondo:wrong@'));
    const outcome = await email.send(aMessage(), target, attempt);
    assert.equal(outcome.status === 'failed' && !outcome.isPermanent, true);
  });

  test('an untrusted certificate fails and sends nothing', async (t) => {
    const server = await startMailServer(t, { secure: true });
    const outcome = await openEmail(t, server.url.replace('smtp:', 'smtps:')).send(
      aMessage(),
      target,
      attempt,
    );
    assert.equal(outcome.status === 'failed' && !outcome.isPermanent, true);
    assert.deepEqual(server.mails, []);
  });

  test('a server that stops answering is a temporary failure', async (t) => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => void sockets.push(socket));
    await new Promise<void>((resolve) => {
      silent.listen(0, '127.0.0.1', resolve);
    });
    t.after(() => {
      silent.close();
      for (const socket of sockets) socket.destroy();
    });
    const stuck = await startMailServer(t, { onRcptTo: () => undefined });
    for (const { port } of [silent.address() as AddressInfo, stuck]) {
      const email = openEmail(t, `smtp://127.0.0.1:${port}`, 300);
      assert.deepEqual(await email.send(aMessage(), target, attempt), {
        status: 'failed',
        reason: 'The mail server did not answer in time.',
        isPermanent: false,
      });
    }
  });

  test('a server that is down or hangs up is a temporary failure', async (t) => {
    const rude = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => {
      rude.listen(0, '127.0.0.1', resolve);
    });
    const { port } = rude.address() as AddressInfo;
    const email = openEmail(t, `smtp://127.0.0.1:${port}`);
    const hungUp = await email.send(aMessage(), target, attempt);
    assert.equal(hungUp.status === 'failed' && !hungUp.isPermanent, true);
    await new Promise((resolve) => {
      rude.close(resolve);
    });
    const away = await email.send(aMessage(), target, attempt);
    assert.equal(away.status === 'failed' && !away.isPermanent, true);
  });

  test('an invalid SMTP URL or sender throws', (t) => {
    const names = openNames(t);
    const from = 'Rondo <rondo@example.org>';
    for (const smtpUrl of ['', 'https://example.org', 'smtp://'])
      assert.throws(() => createEmailChannel({ smtpUrl, from, names }), { code: 'invalid-configuration' });
    assert.throws(() => createEmailChannel({ smtpUrl: 'smtp://127.0.0.1', from: 'Rondo', names }), {
      code: 'invalid-configuration',
    });
  });
});
