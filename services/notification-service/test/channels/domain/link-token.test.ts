import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { channelOfToken, linkFor, type LinkPurpose } from '../../../src/channels/domain/link-token.ts';
import { createSecretBox } from '../../../src/channels/domain/secret-box.ts';

const box = createSecretBox(randomBytes(32).toString('base64'));
const channelId = '01930000-0000-7000-8000-000000000001';
const endsAt = new Date('2026-12-08T10:00:00.000Z');
const [before, after] = [new Date(endsAt.getTime() - 1), endsAt];

function tokenFor(purpose: LinkPurpose, end?: Date): string {
  const link = linkFor(box, 'https://rondo.example', purpose, { channelId, ...(end ? { endsAt: end } : {}) });
  const [, token] = new RegExp(`^https://rondo\\.example/${purpose}/([\\w.-]{1,200})$`).exec(link) ?? [];
  assert.ok(token, link);
  return token;
}

test('a link works until its end, and not from then on', () => {
  const token = tokenFor('confirm', endsAt);
  assert.equal(channelOfToken(box, 'confirm', token, before), channelId);
  assert.equal(channelOfToken(box, 'confirm', token, after), undefined);
});

test('a link to unsubscribe works without an end, a confirmation does not', () => {
  const farAway = new Date('2099-01-01');
  assert.equal(channelOfToken(box, 'unsubscribe', tokenFor('unsubscribe'), farAway), channelId);
  assert.equal(channelOfToken(box, 'confirm', tokenFor('confirm'), before), undefined);
});

test('a token is valid for one purpose, and not if it is changed', () => {
  const token = tokenFor('confirm', endsAt);
  assert.equal(channelOfToken(box, 'unsubscribe', token, before), undefined);
  assert.equal(channelOfToken(box, 'confirm', `${token}A`, before), undefined);
});
