import type { ChannelKind, ChannelTarget } from '@rondo/shared/contracts/notification';
import {
  permanentFailure,
  type Attempt,
  type Channel,
  type Message,
  type Outcome,
} from '../domain/channel.ts';
import { createEmailChannel } from './email.ts';
import { createGuardedFetch } from './guarded-fetch.ts';
import { createNtfyChannel } from './ntfy.ts';
import { createSecretBox, type SecretBox } from '../domain/secret-box.ts';
import { createWebPushChannel } from './web-push.ts';
import { createWebhookChannel } from './webhook.ts';
import type { NotificationServiceSettings } from '../../config.ts';
import type { UnlinkedMessage } from '../../deliveries/domain/message.ts';
import type { NotificationSecrets } from '../../secrets.ts';
import { linkFor, type LinkPurpose } from '../domain/link-token.ts';

/** A target as it is sealed at rest: a webhook's has the secret that its messages are signed with. */
export type StoredTarget = ChannelTarget & { secret?: string };

/** All ways to reach people, behind one door: what is missing says so, and no send ever throws. */
export type Senders = AsyncDisposable & {
  box: SecretBox;
  /** The key that browsers subscribe with, where web push is set up. */
  push_key: string | undefined;
  /** Why channels of a kind can't be used here; undefined where they can. */
  whyNot(kind: ChannelKind): string | undefined;
  /** A link in an e-mail to one channel, which needs no login. */
  linkFor(purpose: LinkPurpose, channelId: string): string;
  /** Sends a message, which leads to its task in the app unless it has a link of its own. */
  send(
    channel: { id: string; sealed_target: string },
    message: UnlinkedMessage & { url?: string },
    attempt: Attempt,
  ): Promise<Outcome>;
};

/** @throws AppError `invalid-configuration` for a secret that is there and no good */
export function createSenders(
  secrets: NotificationSecrets,
  { ALLOW_PRIVATE_ADDRESSES: allowPrivate, PUBLIC_URL: publicUrl }: NotificationServiceSettings,
): Senders {
  const box = createSecretBox(secrets['encryption-keys']);
  const http = createGuardedFetch({ allow_private: allowPrivate });
  const webhook = createWebhookChannel({ http });
  const ntfy = createNtfyChannel({ http });
  const vapid = vapidOf(secrets);
  const webPush = vapid ? createWebPushChannel({ http, vapid }) : missing;
  const { 'smtp-url': smtpUrl, 'smtp-from': from } = secrets;
  const email = smtpUrl && from ? createEmailChannel({ smtp_url: smtpUrl, from }) : missing;
  const reasons: Partial<Record<ChannelKind, string>> = {
    ...(webPush !== missing
      ? {}
      : { web_push: 'Web push is not set up on this server: it has no VAPID keys.' }),
    ...(email !== missing ? {} : { email: 'E-mail is not set up on this server: it has no mail server.' }),
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
        const unsubscribe = linkFor(box, base, 'unsubscribe', channelId);
        return email.send(message, { address: target.address, unsubscribe_url: unsubscribe }, attempt);
      }
    }
  }

  return {
    box,
    push_key: vapid?.public_key,
    whyNot: (kind) => reasons[kind],
    linkFor: (purpose, channelId) => linkFor(box, base, purpose, channelId),
    async send({ id, sealed_target }, message, attempt) {
      try {
        const target = JSON.parse(box.open(sealed_target, id)) as StoredTarget;
        return await sendTo(id, target, { url: pageOf(message.task_id), ...message }, attempt);
      } catch {
        // The reason might quote what is sealed.
        return permanentFailure("The channel's address can't be read: add the channel again.");
      }
    },
    async [Symbol.asyncDispose]() {
      await http[Symbol.asyncDispose]();
      await email[Symbol.asyncDispose]();
    },
  };
}

/** In the place of a channel that is not set up. */
const missing: Channel<unknown> & AsyncDisposable = {
  send: async () => permanentFailure('This channel is not set up on this server.'),
  [Symbol.asyncDispose]: async () => undefined,
};

function vapidOf(secrets: NotificationSecrets) {
  const {
    'vapid-subject': subject,
    'vapid-public-key': publicKey,
    'vapid-private-key': privateKey,
  } = secrets;
  if (!subject || !publicKey || !privateKey) return undefined;
  return { subject, public_key: publicKey, private_key: privateKey };
}
