import { createHash } from 'node:crypto';
import webPush from 'web-push';
import { AppError } from '@rondo/shared/errors';
import { permanentFailure, type Channel, type Message } from '../domain/channel.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import { httpOutcome } from './http-outcome.ts';
import { truncate } from './truncate.ts';

/** A browser's push subscription: its endpoint, public key and secret (both base64url; RFC 8291 section 2). */
export type WebPushTarget = { endpoint: string; p256dh: string; auth: string };

/** The sender's identity (RFC 8292): a key pair in base64url, and a `mailto:` or `https:` contact for the push service. */
export type Vapid = { subject: string; publicKey: string; privateKey: string };

const lifetimeSeconds = 24 * 3_600;
/** Push services must accept 4,096 bytes (RFC 8030 section 7.2); encryption adds about 100, and some accept fewer. */
const maxPayloadBytes = 3_000;
const maxTitleLength = 200;

/** What a push service says with 401 and 403 (RFC 8292 section 4.2), and with 410 (RFC 8030 section 7.3). */
const otherKey =
  'The push service refused the key of this server: the subscription was made with another one. Turn on notifications in the browser again.';
const ended = 'The push subscription of this browser has ended. Turn on notifications in the browser again.';

/** Generates a VAPID key pair. Subscriptions are bound to the public key: a new pair ends all of them. */
export function generateVapidKeys(): Pick<Vapid, 'publicKey' | 'privateKey'> {
  return webPush.generateVAPIDKeys();
}

/**
 * Sends Web Push messages: encrypted for the browser (RFC 8291), signed with VAPID (RFC 8292), kept by the push service for
 * 24 hours, where a retry replaces the earlier attempt (RFC 8030). A subscription that has ended, or that belongs to another key
 * pair, is gone.
 * @throws AppError `invalid-configuration` if the VAPID keys or subject are invalid
 */
export function createWebPushChannel({
  http,
  vapid,
}: {
  http: GuardedFetch;
  vapid: Vapid;
}): Channel<WebPushTarget> {
  checkVapid(vapid);

  function requestOf(message: Message, { endpoint, p256dh, auth }: WebPushTarget) {
    try {
      return webPush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, payloadOf(message), {
        vapidDetails: vapid,
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
    async send(message, target, { now, workspaceId }) {
      const request = requestOf(message, target);
      if (!request)
        return permanentFailure(
          'The push subscription of this browser is invalid. Turn on notifications in the browser again.',
        );
      const answer = await http.post(request.endpoint, { ...request, workspaceId });
      return httpOutcome(answer, { now, gone: { 401: otherKey, 403: otherKey, 410: ended } });
    },
  };
}

/** The JSON that the app's service worker receives, with title and body truncated to fit. */
function payloadOf({ id, kind, title, body, taskId, url, occurredAt }: Message): string {
  const shortTitle = truncate(title, (text) => text.length <= maxTitleLength);
  const payload = (text: string) =>
    JSON.stringify({
      id,
      kind,
      title: shortTitle,
      body: text,
      task_id: taskId,
      url,
      occurred_at: occurredAt,
    });
  return payload(truncate(body, (text) => Buffer.byteLength(payload(text)) <= maxPayloadBytes));
}

/** Lets the push service recognise a retry: at most 32 base64url characters (RFC 8030 section 5.4). */
function topicOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, 32);
}

// Without this check, the first message would fail as if the browser's subscription were invalid.
function checkVapid({ subject, publicKey, privateKey }: Vapid): void {
  try {
    webPush.getVapidHeaders('https://push.example', subject, publicKey, privateKey, 'aes128gcm');
  } catch (cause) {
    throw new AppError('invalid-configuration', 'The VAPID keys or subject are invalid.', { cause });
  }
}
