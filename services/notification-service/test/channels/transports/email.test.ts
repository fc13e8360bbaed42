import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exampleCheckpoint } from '@rondo/shared/contracts/audit-checkpoint';
import { emailContent } from '../../../src/channels/transports/email-content.ts';
import { startMailServer } from '../../support/mail-server.ts';
import { headerOf, headersOf, partOf } from '../../support/mail-parts.ts';
import { aMessage, attempt } from '../../support/message.ts';
import { openEmail, target } from '../../support/open-email.ts';

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
    await email.send(aMessage(), target, { ...attempt, number: 2, now: new Date('2026-11-21T11:00:00Z') });
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

  test('ends with a checkpoint that can be copied from the text and from the HTML', () => {
    const message = {
      title: 'T',
      body: 'B',
      url: 'https://app.example.org/',
      auditCheckpoint: exampleCheckpoint,
    };
    const { text, html } = emailContent(message, 'https://app.example.org/u');
    const lines = `\n${JSON.stringify(exampleCheckpoint, undefined, 2)}\n`;
    assert.ok(text.includes(lines), text);
    assert.ok(
      text.split('\n').every((line) => line.length < 200),
      text,
    );
    const [, shown = ''] = /<pre[^>]*>([^<]*)<\/pre>/.exec(html) ?? [];
    assert.deepEqual(JSON.parse(shown.replaceAll('&quot;', '"')), exampleCheckpoint);
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
