import type { ChannelKind, ChannelTarget } from '@rondo/shared/contracts/notification';
import type { NotificationServiceSettings } from '../../config.ts';
import type { UnlinkedMessage } from '../../deliveries/domain/message.ts';
import type { NotificationSecrets } from '../../secrets.ts';
import {
  permanentFailure,
  type Attempt,
  type Channel,
  type Message,
  type Outcome,
} from '../domain/channel.ts';
import { linkFor, type LinkPurpose, type LinkTarget } from '../domain/link-token.ts';
import { createSecretBox, type SecretBox } from '../domain/secret-box.ts';
import { createEmailChannel } from './email.ts';
import { parseRanges } from './address-guard.ts';
import { createGuardedFetch } from './guarded-fetch.ts';
import { createNtfyChannel } from './ntfy.ts';
import { createWebPushChannel, type Vapid } from './web-push.ts';
import { createWebhookChannel } from './webhook.ts';

/** A target as it is sealed and stored: a webhook's includes its signing secret. */
export type StoredTarget = ChannelTarget & { secret?: string };

/** Sends messages to channels of all kinds. */
export type ChannelDispatcher = AsyncDisposable & {
  box: SecretBox;
  /** The VAPID public key; undefined if web push is not set up. */
  pushKey: string | undefined;
  /** Why channels of a kind are not available on this server; undefined if they are. */
  whyUnavailable(kind: ChannelKind): string | undefined;
  /** A link to an action on an e-mail channel, which needs no login. */
  linkFor(purpose: LinkPurpose, target: LinkTarget): string;
  /** Sends a message. Without a `url` it links to its task in the app. Never rejects. */
  send(
    channel: { id: string; sealed_target: string },
    message: UnlinkedMessage & { url?: string },
    attempt: Attempt,
  ): Promise<Outcome>;
};

/** @throws AppError `invalid-configuration` if an entry of the secret is invalid */
export function createChannelDispatcher(
  secrets: NotificationSecrets,
  {
    ALLOW_PRIVATE_ADDRESSES: allowPrivate,
    REFUSED_ADDRESSES: refused,
    PUBLIC_URL: publicUrl,
  }: NotificationServiceSettings,
): ChannelDispatcher {
  const box = createSecretBox(secrets['encryption-keys']);
  const http = createGuardedFetch({ allowPrivate, refused: parseRanges(refused) });
  const webhook = createWebhookChannel({ http });
  const ntfy = createNtfyChannel({ http });
  const vapid = vapidOf(secrets);
  const webPush = vapid ? createWebPushChannel({ http, vapid }) : unavailable;
  const { 'smtp-url': smtpUrl, 'smtp-from': from } = secrets;
  const email = smtpUrl && from ? createEmailChannel({ smtpUrl, from }) : unavailable;
  const reasons: Partial<Record<ChannelKind, string>> = {
    ...(webPush !== unavailable
      ? {}
      : { web_push: 'Web push is not set up on this server: it has no VAPID keys.' }),
    ...(email !== unavailable
      ? {}
      : { email: 'E-mail is not set up on this server: it has no mail server.' }),
  };

  const base = publicUrl.replace(/\/+$/, '');
  const pageOf = (taskId: string | null) => (taskId === null ? `${base}/` : `${base}/tasks/${taskId}`);

  async function sendTo(
    channelId: string,
    target: StoredTarget,
    message: Message,
    attempt: Attempt,
  ): Promise<Outcome> {
    const reason = reasons[target.kind];
    if (reason !== undefined) return permanentFailure(reason);
    switch (target.kind) {
      case 'webhook':
        return webhook.send(message, { url: target.url, secret: target.secret ?? '' }, attempt);
      case 'ntfy':
        return ntfy.send(message, target, attempt);
      case 'web_push':
        return webPush.send(message, { endpoint: target.endpoint, ...target.keys }, attempt);
      case 'email': {
        const unsubscribeUrl = linkFor(box, base, 'unsubscribe', { channelId });
        return email.send(message, { address: target.address, unsubscribeUrl }, attempt);
      }
    }
  }

  return {
    box,
    pushKey: vapid?.publicKey,
    whyUnavailable: (kind) => reasons[kind],
    linkFor: (purpose, target) => linkFor(box, base, purpose, target),
    async send({ id, sealed_target }, message, attempt) {
      try {
        const target = JSON.parse(box.open(sealed_target, id)) as StoredTarget;
        return await sendTo(id, target, { url: pageOf(message.taskId), ...message }, attempt);
      } catch {
        // The error might quote the target.
        return permanentFailure('The address of this channel cannot be read. Add the channel again.');
      }
    },
    async [Symbol.asyncDispose]() {
      await http[Symbol.asyncDispose]();
      await email[Symbol.asyncDispose]();
    },
  };
}

/** Stands in for a channel that is not set up. */
const unavailable: Channel<unknown> & AsyncDisposable = {
  send: async () => permanentFailure('This channel is not set up on this server.'),
  [Symbol.asyncDispose]: async () => undefined,
};

function vapidOf(secrets: NotificationSecrets): Vapid | undefined {
  const {
    'vapid-subject': subject,
    'vapid-public-key': publicKey,
    'vapid-private-key': privateKey,
  } = secrets;
  return subject && publicKey && privateKey ? { subject, publicKey, privateKey } : undefined;
}
