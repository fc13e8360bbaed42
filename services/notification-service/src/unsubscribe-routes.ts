import { Type } from 'typebox';
import { Problem } from '@rondo/shared/contracts/problem';
import { notFound } from '@rondo/shared/runtime/errors';
import type { HttpServer } from '@rondo/shared/runtime/http-server';
import { unsubscribe } from './commands/unsubscribe.ts';
import type { NotificationContext } from './context.ts';
import type { Senders } from './senders.ts';
import { confirmationPage, farewellPage } from './unsubscribe-page.ts';
import { channelOfToken } from './unsubscribe-token.ts';

const failures = { 404: Problem, 422: Problem, 503: Problem };
const described = (summary: string) => ({
  tags: ['channels'],
  summary,
  produces: ['text/html'],
  params: Type.Object({ token: Type.String({ maxLength: 200 }) }),
  response: { 200: Type.String(), ...failures },
});
const html = 'text/html; charset=utf-8';
/** The token is in the address: it goes to nobody else, and into no cache. */
const headers = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
};

/**
 * Adds the links in e-mails, which need no login (RFC 8058): a mail program POSTs to one; a person who follows it gets a
 * page with a button that does, because programs that look at links follow them too, and must not unsubscribe anybody.
 */
export function addUnsubscribeRoutes(app: HttpServer, ctx: NotificationContext, senders: Senders): void {
  // What is posted says "One-Click" (RFC 8058 section 3.1) and nothing else that matters.
  app.addContentTypeParser(
    ['application/x-www-form-urlencoded', 'multipart/form-data'],
    { parseAs: 'string', bodyLimit: 10_000 },
    (_request, _body, done) => done(null, undefined),
  );
  app.get(
    '/unsubscribe/:token',
    { config: { public: true }, schema: described('A page to stop e-mails with') },
    async ({ params: { token } }, reply) => {
      if (channelOfToken(senders.box, token) === undefined) throw notFound('link');
      return reply.headers(headers).type(html).send(confirmationPage);
    },
  );
  app.post(
    '/unsubscribe/:token',
    { config: { public: true }, schema: described('Stop e-mails, by one click') },
    async ({ params: { token } }, reply) => {
      await unsubscribe(ctx, senders, token);
      return reply.headers(headers).type(html).send(farewellPage);
    },
  );
}
