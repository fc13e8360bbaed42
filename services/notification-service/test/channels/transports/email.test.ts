import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { emailContent } from '../../../src/channels/transports/email-content.ts';
import { createEmailChannel } from '../../../src/channels/transports/email.ts';
import { refusal, startMailServer } from '../../support/mail-server.ts';
import { headerOf, headersOf, partOf } from '../../support/mail-parts.ts';
import { aMessage, attempt } from '../../support/message.ts';

const target = {
  address: 'ada@example.org',
  unsubscribeUrl: 'https://app.example.org/unsubscribe?token=a.b-c',
};

function openEmail(t: TestContext, smtpUrl: string, timeoutMs = 10_000) {
  const email = createEmailChannel({ smtpUrl, from: 'Rondo <rondo@mail.example.org>', timeoutMs });
  t.after(() => email[Symbol.asyncDispose]());
  return email;
}

describe('the e-mail channel', () => {
  test('sends one e-mail as text and HTML with the headers that mail programs need', async (t) => {
    const server = await startMailServer(t);
    const email = openEmail(t, server.url);
    assert.deepEqual(await email.send(aMessage(), target, attempt), { status: 'sent' });
    const [mail] = server.mails;
    assert.ok(mail);
    assert.equal(mail.from, 'rondo@mail.example.org');
    assert.deepEqual(mail.to, ['ada@example.org']);
    const { raw } = mail;
    assert.equal(headerOf(raw, 'from'), 'Rondo <rondo@mail.example.org>');
    assert.equal(headerOf(raw, 'to'), 'ada@example.org');
    assert.equal(headerOf(raw, 'subject'), 'Water the plants');
    assert.equal(headerOf(raw, 'message-id'), `<${aMessage().id}@mail.example.org>`);
    assert.equal(headerOf(raw, 'date'), 'Sat, 21 Nov 2026 10:00:00 +0000');
    assert.equal(headerOf(raw, 'list-unsubscribe'), `<${target.unsubscribeUrl}>`);
    assert.equal(headerOf(raw, 'list-unsubscribe-post'), 'List-Unsubscribe=One-Click');
    assert.equal(headerOf(raw, 'auto-submitted'), 'auto-generated');
    for (const type of ['text/plain', 'text/html'] as const) {
      const part = partOf(raw, type);
      for (const words of [aMessage().title, aMessage().body, aMessage().url ?? '', target.unsubscribeUrl])
        assert.ok(part.includes(words), `${words} in ${type}`);
    }
  });

  test('has the same Message-ID on every attempt', async (t) => {
    const server = await startMailServer(t);
    const email = openEmail(t, server.url);
    await email.send(aMessage(), target, attempt);
    await email.send(aMessage(), target, { number: 2, now: new Date('2026-11-21T11:00:00Z') });
    const ids = server.mails.map(({ raw }) => headerOf(raw, 'message-id'));
    assert.equal(ids.length, 2);
    assert.equal(ids[0], ids[1]);
    assert.equal(server.connections(), 1);
  });

  test('escapes user text and loads no external content', async (t) => {
    const server = await startMailServer(t);
    const title = `<img src=x onerror="a()"> & 'b'`;
    const body = 'One <b>line</b>,\nanother.\n\nÄ new paragraph 🌱';
    await openEmail(t, server.url).send(aMessage({ title, body }), target, attempt);
    const raw = server.mails[0]?.raw ?? '';
    const html = partOf(raw, 'text/html');
    assert.ok(html.includes('&lt;img src=x onerror=&quot;a()&quot;&gt; &amp; &#39;b&#39;'), html);
    assert.ok(html.includes('One &lt;b&gt;line&lt;/b&gt;,<br>'), html);
    assert.match(html, /<p [^>]*>Ä new paragraph 🌱<\/p>/);
    assert.doesNotMatch(html, /<(img|script|link|iframe)|\bsrc="|url\(/);
    const text = partOf(raw, 'text/plain').replaceAll('\r\n', '\n');
    assert.ok(text.includes(title) && text.includes(body), text);
  });

  const injections = [
    'Buy milk\r\nBcc: eve@evil.example',
    'Buy milk\nBcc: eve@evil.example\n\n<p>hello</p>',
    'Buy milk\rBcc: eve@evil.example',
    'Buy milk\u2028Bcc: eve@evil.example\u0085Cc: eve@evil.example',
    'Buy milk\0\r\n.\r\nMAIL FROM:<eve@evil.example>',
    `Milch kaufen ä ${'x'.repeat(300)}\r\nBcc: eve@evil.example`,
  ];
  for (const title of injections)
    test(`makes no header from a title: ${JSON.stringify(title.slice(0, 40))}`, async (t) => {
      const server = await startMailServer(t);
      const outcome = await openEmail(t, server.url).send(aMessage({ title }), target, attempt);
      assert.deepEqual(outcome, { status: 'sent' });
      assert.equal(server.mails.length, 1);
      const [mail] = server.mails;
      assert.deepEqual(mail?.to, ['ada@example.org']);
      assert.deepEqual(
        headersOf(mail?.raw ?? '')
          .map(([name]) => name)
          .toSorted(),
        [
          'auto-submitted',
          'content-type',
          'date',
          'from',
          'list-unsubscribe',
          'list-unsubscribe-post',
          'message-id',
          'mime-version',
          'subject',
          'to',
        ],
      );
      assert.match(headerOf(mail?.raw ?? '', 'subject') ?? '', /milk|=\?UTF-8\?/i);
    });

  test('turns a title into one line', () => {
    const { subject, html } = emailContent({ title: ' a\r\nb\0c\u2028d\u0085 ', body: '', url: null }, '');
    assert.equal(subject, 'a b c d');
    assert.ok(html.includes('<title>a b c d</title>'));
    assert.equal(emailContent({ title: '\n', body: '', url: null }, '').subject, 'Rondo');
  });

  test('labels the link of a message', () => {
    const message = { title: 'T', body: 'B', url: 'https://app.example.org/confirm/a' };
    const { text, html } = emailContent({ ...message, linkText: 'Confirm <this>' }, '');
    assert.ok(text.includes('Confirm <this>: https://app.example.org/confirm/a'), text);
    assert.ok(html.includes('>Confirm &lt;this&gt;</a>'), html);
    assert.ok(emailContent(message, '').html.includes('>Open in Rondo</a>'));
  });

  const notOneMailbox = [
    '',
    'ada',
    'ada@example.org, eve@evil.example',
    'ada@example.org\r\nBcc: eve@evil.example',
    'Ada <ada@example.org>',
    'ada@example.org> NOTIFY=SUCCESS',
    '"eve@evil.example"@example.org',
    'everybody: ada@example.org;',
  ];
  for (const address of notOneMailbox)
    test(`sends nothing to ${JSON.stringify(address)}`, async (t) => {
      const server = await startMailServer(t);
      const outcome = await openEmail(t, server.url).send(aMessage(), { ...target, address }, attempt);
      assert.equal(outcome.status === 'failed' && outcome.isPermanent, true);
      assert.equal(server.connections(), 0);
    });

  test('writes the unsubscribe URL in its escaped form', async (t) => {
    const server = await startMailServer(t);
    const unsubscribeUrl = 'https://app.example.org/u?a=<b>\r\nBcc: eve@evil.example';
    await openEmail(t, server.url).send(aMessage(), { ...target, unsubscribeUrl }, attempt);
    const raw = server.mails[0]?.raw ?? '';
    assert.equal(
      headerOf(raw, 'list-unsubscribe'),
      '<https://app.example.org/u?a=%3Cb%3EBcc:%20eve@evil.example>',
    );
    assert.equal(headerOf(raw, 'bcc'), undefined);
  });

  test('offers one-click unsubscribe only for https, and sends nothing without an unsubscribe link', async (t) => {
    const server = await startMailServer(t);
    const email = openEmail(t, server.url);
    const outcomes = [];
    for (const unsubscribeUrl of ['http://127.0.0.1:8000/u', 'mailto:ada@example.org', ''])
      outcomes.push(await email.send(aMessage(), { ...target, unsubscribeUrl }, attempt));
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['sent', 'failed', 'failed'],
    );
    const [mail, ...more] = server.mails;
    assert.deepEqual(more, []);
    assert.equal(headerOf(mail?.raw ?? '', 'list-unsubscribe'), '<http://127.0.0.1:8000/u>');
    assert.equal(headerOf(mail?.raw ?? '', 'list-unsubscribe-post'), undefined);
  });
});

describe('the answer of a mail server', () => {
  const answers: [what: string, error: Error, expected: { isPermanent: boolean; isGone?: boolean }][] = [
    ['a full mailbox', refusal(452, '4.2.2 Mailbox full'), { isPermanent: false }],
    ['greylisting', refusal(451, '4.7.1 Try again later'), { isPermanent: false }],
    ['a policy', refusal(554, '5.7.1 Rejected'), { isPermanent: true }],
    ['no such mailbox', refusal(550, '5.1.1 No such user'), { isPermanent: true, isGone: true }],
    ['another 550', refusal(550, '5.7.26 Unauthenticated'), { isPermanent: true }],
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

  test('an invalid SMTP URL or sender throws', () => {
    const from = 'Rondo <rondo@example.org>';
    for (const smtpUrl of ['', 'https://example.org', 'smtp://'])
      assert.throws(() => createEmailChannel({ smtpUrl, from }), { code: 'invalid-configuration' });
    assert.throws(() => createEmailChannel({ smtpUrl: 'smtp://127.0.0.1', from: 'Rondo' }), {
      code: 'invalid-configuration',
    });
  });
});
