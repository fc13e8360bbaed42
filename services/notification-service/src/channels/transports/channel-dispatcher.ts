import { splitList } from '@rondo/shared/config';
import type { ChannelKind, ChannelTarget } from '@rondo/shared/contracts/channel-target';
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
import { createDiscordChannel } from './discord.ts';
import { createGotifyChannel } from './gotify.ts';
import { createGuardedFetch } from './guarded-fetch.ts';
import { createMatrixChannel } from './matrix.ts';
import { createNames } from './names/names.ts';
import { createNtfyChannel } from './ntfy.ts';
import { createSlackChannel } from './slack.ts';
import { createTelegramChannel } from './telegram.ts';
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
  /** Sends a message. Without a `url` it has no link: there is no page of a task yet. Never rejects. */
  send(
    channel: { id: string; workspace_id: string; sealed_target: string },
    message: UnlinkedMessage & { url?: string },
    attempt: Omit<Attempt, 'workspaceId'>,
  ): Promise<Outcome>;
};

/** @throws AppError `invalid-configuration` if an entry of the secret is invalid */
export function createChannelDispatcher(
  secrets: NotificationSecrets,
  {
    ALLOW_PRIVATE_ADDRESSES: allowPrivate,
    REFUSED_ADDRESSES: refused,
    PUBLIC_URL: publicUrl,
    TELEGRAM_API_URL: telegramUrl,
    DNS_SERVERS: dnsServers,
  }: NotificationServiceSettings,
): ChannelDispatcher {
  const box = createSecretBox(secrets['encryption-keys']);
  // Only private addresses are below the search list of the system.
  const names = createNames({ servers: splitList(dnsServers), isSearched: allowPrivate });
  const http = createGuardedFetch({ allowPrivate, refused: parseRanges(refused), names });
  const webhook = createWebhookChannel({ http });
  const ntfy = createNtfyChannel({ http });
  const telegram = createTelegramChannel({ http, apiUrl: telegramUrl });
  const gotify = createGotifyChannel({ http });
  const matrix = createMatrixChannel({ http });
  const slack = createSlackChannel({ http });
  const discord = createDiscordChannel({ http });
  const vapid = vapidOf(secrets);
  const webPush = vapid ? createWebPushChannel({ http, vapid }) : unavailable;
  const { 'smtp-url': smtpUrl, 'smtp-from': from } = secrets;
  // The operator's name: it waits for no name that a person chose.
  const operatorNames = createNames({ isSearched: true });
  const email = smtpUrl && from ? createEmailChannel({ smtpUrl, from, names: operatorNames }) : unavailable;
  const reasons: Partial<Record<ChannelKind, string>> = {
    ...(webPush !== unavailable
      ? {}
      : { web_push: 'Web push is not set up on this server: it has no VAPID keys.' }),
    ...(email !== unavailable
      ? {}
      : { email: 'E-mail is not set up on this server: it has no mail server.' }),
  };

  const base = publicUrl.replace(/\/+$/, '');

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
      case 'telegram':
        return telegram.send(message, target, attempt);
      case 'gotify':
        return gotify.send(message, target, attempt);
      case 'matrix':
        return matrix.send(message, target, attempt);
      case 'slack':
        return slack.send(message, target, attempt);
      case 'discord':
        return discord.send(message, target, attempt);
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
    async send({ id, workspace_id: workspaceId, sealed_target }, message, attempt) {
      try {
        const target = JSON.parse(box.open(sealed_target, id)) as StoredTarget;
        return await sendTo(id, target, { url: null, ...message }, { ...attempt, workspaceId });
      } catch {
        // The error might quote the target.
        return permanentFailure('The address of this channel cannot be read. Add the channel again.');
      }
    },
    async [Symbol.asyncDispose]() {
      names[Symbol.dispose]();
      operatorNames[Symbol.dispose]();
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
