import { Type, type Static } from 'typebox';

export const notificationSettings = Type.Object({
  DATABASE_CONNECTIONS: Type.Integer({ minimum: 2, maximum: 100, default: 8 }),
  ALLOW_PRIVATE_ADDRESSES: Type.Boolean({
    default: false,
    description: 'whether webhooks, push and ntfy may lead into private networks',
  }),
  PUBLIC_URL: Type.String({
    pattern: '^https?://[^?#]+$',
    default: 'http://localhost:8000',
    description:
      'where people reach Rondo: links lead there, and of https mail programs unsubscribe by one click',
  }),
});
export type NotificationServiceSettings = Static<typeof notificationSettings>;
