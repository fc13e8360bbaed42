import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { permanentFailure, type Channel } from '../domain/channel.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import { httpOutcome } from './http-outcome.ts';

/** `secret` comes from `generateWebhookSecret`. */
export type WebhookTarget = { url: string; secret: string };

const secretPrefix = 'whsec_';

/** Generates a signing secret: `whsec_` and 32 random bytes in base64. */
export function generateWebhookSecret(): string {
  return `${secretPrefix}${randomBytes(32).toString('base64')}`;
}

/**
 * Sends webhooks as Standard Webhooks 1.0 (standardwebhooks.com). The id is the same on each attempt; timestamp and signature
 * are new. Any 2xx is success; 410 means that the receiver is gone.
 */
export function createWebhookChannel({ http }: { http: GuardedFetch }): Channel<WebhookTarget> {
  return {
    async send({ id, kind, occurredAt, data }, { url, secret }, { number, now, workspaceId }) {
      if (!isSecret(secret))
        return permanentFailure('The signing secret of this webhook is invalid. Add the webhook again.');
      const body = JSON.stringify({ id, type: `notification.${kind}`, timestamp: occurredAt, data });
      const answer = await http.post(url, {
        workspaceId,
        headers: {
          'content-type': 'application/json',
          'rondo-attempt': String(number),
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
          'webhook-signature': new Webhook(secret).sign(id, now, body),
        },
        body,
      });
      return httpOutcome(answer, { now });
    },
  };
}

/** `whsec_` and 24 to 64 bytes in base64, as the specification recommends; the library accepts weaker secrets. */
function isSecret(secret: string): boolean {
  if (!secret.startsWith(secretPrefix)) return false;
  const text = secret.slice(secretPrefix.length);
  const key = Buffer.from(text, 'base64');
  return key.toString('base64') === text && key.length >= 24 && key.length <= 64;
}
