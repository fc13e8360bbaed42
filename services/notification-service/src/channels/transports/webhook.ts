import { permanentFailure, type Channel } from '../domain/channel.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import { outcomeOfAnswer } from './http-outcome.ts';
import { signWebhook } from './webhook-signature.ts';

/** `secret` is one of `generateWebhookSecret`. */
export type WebhookTarget = { url: string; secret: string };

/**
 * Webhooks by Standard Webhooks 1.0 (standardwebhooks.com): the id stays through all attempts, timestamp and signature
 * are of the attempt. Any 2xx is success; 410 says that nobody listens there any more.
 */
export function createWebhookChannel({ http }: { http: GuardedFetch }): Channel<WebhookTarget> {
  return {
    async send(message, { url, secret }, { number, now }) {
      const { id, kind, occurred_at: timestamp, data } = message;
      const body = JSON.stringify({ id, type: `notification.${kind}`, timestamp, data });
      const signed = signWebhook(secret, { id, body, now });
      if (!signed) return permanentFailure('The secret of this webhook is not one.');
      const answer = await http.post(url, {
        headers: { 'content-type': 'application/json', 'rondo-attempt': String(number), ...signed },
        body,
      });
      return outcomeOfAnswer(answer, { now, goneCodes: [410] });
    },
  };
}
