import { Type, type Static } from 'typebox';
import { visibleAscii } from './scalars.ts';

/** Every way to reach a person outside the app. */
export const channelKinds = [
  'email',
  'web_push',
  'webhook',
  'ntfy',
  'telegram',
  'gotify',
  'matrix',
  'slack',
  'discord',
] as const;
export const ChannelKind = Type.Enum([...channelKinds]);
export type ChannelKind = Static<typeof ChannelKind>;

const visibleWords = { pattern: visibleAscii, 'x-words': 'visible ASCII characters' };
const base64 = { pattern: '^[A-Za-z0-9_+/=-]+$', 'x-words': 'Base64' };

function incomingWebhook<Kind extends 'slack' | 'discord'>(kind: Kind, example: string) {
  return Type.Object(
    {
      kind: Type.Literal(kind),
      url: Type.String({
        format: 'uri',
        maxLength: 2_000,
        description: 'the address of an incoming webhook',
        examples: [example],
      }),
    },
    { additionalProperties: false },
  );
}

/** The destination of a channel. Its secrets can be written, but not read. */
export const ChannelTarget = Type.Union([
  Type.Object(
    {
      kind: Type.Literal('email'),
      address: Type.String({
        format: 'email',
        maxLength: 254,
        pattern: visibleAscii,
        'x-words': 'an e-mail address',
        examples: ['ada@example.com'],
      }),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      kind: Type.Literal('web_push'),
      endpoint: Type.String({
        format: 'uri',
        maxLength: 2_000,
        examples: ['https://push.example.com/send/fZ3kQ9'],
      }),
      keys: Type.Object(
        {
          p256dh: Type.String({
            minLength: 80,
            maxLength: 100,
            ...base64,
            examples: [
              'BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM',
            ],
          }),
          auth: Type.String({
            minLength: 16,
            maxLength: 40,
            ...base64,
            examples: ['tBHItJI5svbpez7KI4CCXg'],
          }),
        },
        { additionalProperties: false },
      ),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      kind: Type.Literal('webhook'),
      url: Type.String({ format: 'uri', maxLength: 2_000, examples: ['https://example.com/rondo'] }),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      kind: Type.Literal('ntfy'),
      server: Type.String({ format: 'uri', maxLength: 500, examples: ['https://ntfy.example.com'] }),
      topic: Type.String({
        pattern: '^[-_A-Za-z0-9]{1,64}$',
        'x-words': '1 to 64 letters, digits, hyphens or underscores',
        examples: ['my-reminders'],
      }),
      token: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 200,
          ...visibleWords,
        }),
      ),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      kind: Type.Literal('telegram'),
      bot_token: Type.String({
        pattern: '^[0-9]{1,20}:[A-Za-z0-9_-]{20,100}$',
        'x-words': 'the token of a bot, such as 123456:ABC-DEF',
        examples: ['123456:AAExampleExampleExampleExample'],
      }),
      chat_id: Type.String({
        pattern: '^(-?[0-9]{1,20}|@[A-Za-z][A-Za-z0-9_]{3,31})$',
        'x-words': 'the number of a chat, or @name of a public channel',
        examples: ['-1001234567890'],
      }),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      kind: Type.Literal('gotify'),
      server: Type.String({ format: 'uri', maxLength: 500, examples: ['https://gotify.example.com'] }),
      token: Type.String({
        pattern: '^[A-Za-z0-9._-]{1,100}$',
        'x-words': 'the token of an application',
        examples: ['AGotifyExample1'],
      }),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      kind: Type.Literal('matrix'),
      homeserver: Type.String({ format: 'uri', maxLength: 500, examples: ['https://matrix.example.com'] }),
      room_id: Type.String({
        pattern: '^![!-~]{1,254}$',
        'x-words': 'the id of a room, which starts with !',
        examples: ['!rVdeExample:example.com'],
      }),
      access_token: Type.String({
        minLength: 1,
        maxLength: 2_000,
        ...visibleWords,
        examples: ['syt_example'],
      }),
    },
    { additionalProperties: false },
  ),
  incomingWebhook('slack', 'https://hooks.slack.com/services/T0/B0/example'),
  incomingWebhook('discord', 'https://discord.com/api/webhooks/1/example'),
]);
export type ChannelTarget = Static<typeof ChannelTarget>;
