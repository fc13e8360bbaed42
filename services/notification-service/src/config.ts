import { Type, type Static } from 'typebox';

export const notificationSettings = Type.Object({
  DATABASE_CONNECTIONS: Type.Integer({ minimum: 2, maximum: 100, default: 8 }),
  ALLOW_PRIVATE_ADDRESSES: Type.Boolean({
    default: false,
    description: 'allow webhooks, web push and ntfy to target private addresses',
  }),
  REFUSED_ADDRESSES: Type.String({
    default: '',
    description: 'CIDR ranges that they must never target, comma-separated',
  }),
  PUBLIC_URL: Type.String({
    pattern: '^https?://[^?#]+$',
    default: 'http://localhost:8000',
    description: 'base URL of the links in messages; one-click unsubscribe needs https',
  }),
});
export type NotificationServiceSettings = Static<typeof notificationSettings>;
