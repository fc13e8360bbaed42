import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** The headers of Standard Webhooks 1.0 (standardwebhooks.com). */
export type WebhookHeaders = {
  'webhook-id': string;
  /** Seconds since the epoch. */
  'webhook-timestamp': string;
  /** `v1,` and a base64 HMAC-SHA-256; more than one, apart by spaces, while a secret is replaced. */
  'webhook-signature': string;
};

const secretPrefix = 'whsec_';
const toleranceSeconds = 300;

/** A fresh secret for one receiver: `whsec_` and 32 random bytes in base64. */
export function generateWebhookSecret(): string {
  return `${secretPrefix}${randomBytes(32).toString('base64')}`;
}

/** @returns undefined where the secret is not `whsec_` and the base64 of 24 to 64 bytes */
export function signWebhook(
  secret: string,
  { id, body, now }: { id: string; body: string; now: Date },
): WebhookHeaders | undefined {
  const key = keyOf(secret);
  if (!key) return undefined;
  const timestamp = String(Math.floor(now.getTime() / 1000));
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatureOf(key, id, timestamp, body),
  };
}

/**
 * Whether a webhook comes from who knows the secret, within five minutes of `now`: what a receiver does with the raw
 * body before it believes anything. Compares in constant time.
 */
export function verifyWebhook(
  secret: string,
  headers: Partial<Record<keyof WebhookHeaders, string>>,
  body: string,
  now: Date,
): boolean {
  const key = keyOf(secret);
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (!key || id === undefined || timestamp === undefined || signatures === undefined) return false;
  if (!/^\d+$/.test(timestamp)) return false;
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > toleranceSeconds) return false;
  const expected = Buffer.from(signatureOf(key, id, timestamp, body));
  return signatures.split(' ').some((signature) => {
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

function signatureOf(key: Buffer, id: string, timestamp: string, body: string): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

function keyOf(secret: string): Buffer | undefined {
  if (!secret.startsWith(secretPrefix)) return undefined;
  const key = Buffer.from(secret.slice(secretPrefix.length), 'base64');
  return key.length >= 24 && key.length <= 64 ? key : undefined;
}
