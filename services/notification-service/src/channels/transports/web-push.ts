import { createHash } from 'node:crypto';
import webPush from 'web-push';
import { AppError } from '@rondo/shared/errors';
import { permanentFailure, type Channel, type Message } from '../domain/channel.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import { outcomeOfAnswer } from './http-outcome.ts';
import { shorten } from './truncate.ts';

/** A browser's subscription: where to push, its public key and its secret (both base64url; RFC 8291 section 2). */
export type WebPushTarget = { endpoint: string; p256dh: string; auth: string };

/** Who pushes (RFC 8292): the pair of keys in base64url, and a `mailto:` or `https:` contact for the push service. */
export type Vapid = { subject: string; public_key: string; private_key: string };

const lifetimeSeconds = 24 * 3_600;
/** A push service must take 4,096 bytes (RFC 8030 section 7.2); encryption adds about 100, and some take less. */
const mostPayloadBytes = 3_000;
const mostTitleLength = 200;

/** A fresh pair of VAPID keys. Browsers subscribe with the public one: another pair ends every subscription. */
export function generateVapidKeys(): Pick<Vapid, 'public_key' | 'private_key'> {
  const { publicKey, privateKey } = webPush.generateVAPIDKeys();
  return { public_key: publicKey, private_key: privateKey };
}

/**
 * Web Push: encrypted for the browser (RFC 8291), signed by VAPID (RFC 8292), kept for 24 hours by the push service
 * (RFC 8030), which replaces a message with its repetition. 404 and 410 say that the subscription is over.
 * @throws AppError `invalid-configuration` where the VAPID keys or their subject are not such
 */
export function createWebPushChannel({
  http,
  vapid,
}: {
  http: GuardedFetch;
  vapid: Vapid;
}): Channel<WebPushTarget> {
  const vapidDetails = {
    subject: vapid.subject,
    publicKey: vapid.public_key,
    privateKey: vapid.private_key,
  };
  checkVapid(vapid);

  function requestOf(message: Message, { endpoint, p256dh, auth }: WebPushTarget) {
    try {
      return webPush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, payloadOf(message), {
        vapidDetails,
        TTL: lifetimeSeconds,
        urgency: 'high',
        topic: topicOf(message.id),
        contentEncoding: 'aes128gcm',
      });
    } catch {
      return undefined;
    }
  }

  return {
    async send(message, target, { now }) {
      const request = requestOf(message, target);
      if (!request) return permanentFailure('The subscription of this browser is not one.');
      const answer = await http.post(request.endpoint, request);
      return outcomeOfAnswer(answer, { now, goneCodes: [404, 410] });
    },
  };
}

/** What the service worker of the app is given. */
function payloadOf({ id, kind, title, body, task_id, url, occurred_at }: Message): string {
  const short = shorten(title, (text) => text.length <= mostTitleLength);
  const payload = (text: string) =>
    JSON.stringify({ id, kind, title: short, body: text, task_id, url, occurred_at });
  return payload(shorten(body, (text) => Buffer.byteLength(payload(text)) <= mostPayloadBytes));
}

/** By which a push service tells a repetition: 32 base64url characters at most (RFC 8030 section 5.4). */
function topicOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, 32);
}

// A wrong key would otherwise show with the first message, as if its subscription were at fault.
function checkVapid({ subject, public_key: publicKey, private_key: privateKey }: Vapid): void {
  try {
    webPush.getVapidHeaders('https://push.example', subject, publicKey, privateKey, 'aes128gcm');
  } catch (cause) {
    throw new AppError('invalid-configuration', 'The VAPID keys or their subject are wrong.', { cause });
  }
}
