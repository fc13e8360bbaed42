import { Type, type Static } from 'typebox';
import { baseAddress } from '@rondo/shared/config';

export const notificationSettings = Type.Object({
  DATABASE_CONNECTIONS: Type.Integer({ minimum: 2, maximum: 100, default: 8 }),
  ALLOW_PRIVATE_ADDRESSES: Type.Boolean({
    default: false,
    description: 'allow channels to target private addresses',
  }),
  REFUSED_ADDRESSES: Type.String({
    default: '',
    description: 'CIDR ranges that they must never target, comma-separated',
  }),
  DNS_SERVERS: Type.String({
    default: '',
    description:
      'DNS servers that are asked for the names of channels, such as 192.0.2.53 or 192.0.2.53:5353, comma-separated; those of the system by default',
  }),
  TELEGRAM_API_URL: Type.String({
    ...baseAddress,
    default: 'https://api.telegram.org',
    description: 'base URL of the Telegram Bot API',
  }),
  PUBLIC_URL: Type.String({
    ...baseAddress,
    default: 'http://localhost:8000',
    description: 'base URL of the links in e-mails; one-click unsubscribe needs https',
  }),
});
export type NotificationServiceSettings = Static<typeof notificationSettings>;
