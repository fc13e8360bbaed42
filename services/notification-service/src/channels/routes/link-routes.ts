import { Type } from 'typebox';
import { Problem } from '@rondo/shared/contracts/problem';
import { notFound } from '@rondo/shared/errors';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { confirmEmail } from '../commands/confirm-email.ts';
import { unsubscribe } from '../commands/unsubscribe.ts';
import type { NotificationContext } from '../../context.ts';
import type { Senders } from '../transports/channel-dispatcher.ts';
import { linkPages } from './link-pages.ts';
import { channelOfToken } from '../domain/link-token.ts';

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

const links = [
  { purpose: 'unsubscribe', run: unsubscribe, summary: 'Stop e-mails' },
  { purpose: 'confirm', run: confirmEmail, summary: 'Have e-mails sent to an address' },
] as const;

/**
 * Adds the links in e-mails, which need no login (RFC 8058): a mail program POSTs to one; a person who follows it gets a
 * page with a button that does, because programs that look at links follow them too, and must not decide for anybody.
 */
export function addLinkRoutes(app: HttpServer, ctx: NotificationContext, senders: Senders): void {
  // What is posted says "One-Click" (RFC 8058 section 3.1) and nothing else that matters.
  app.addContentTypeParser(
    ['application/x-www-form-urlencoded', 'multipart/form-data'],
    { parseAs: 'string', bodyLimit: 10_000 },
    (_request, _body, done) => done(null, undefined),
  );
  for (const { purpose, run, summary } of links) {
    const { asks, done } = linkPages[purpose];
    app.get(
      `/${purpose}/:token`,
      { config: { public: true }, schema: described(`${summary}: a page that asks`) },
      async ({ params: { token } }, reply) => {
        if (channelOfToken(senders.box, purpose, token) === undefined) throw notFound('link');
        return reply.headers(headers).type(html).send(asks);
      },
    );
    app.post(
      `/${purpose}/:token`,
      { config: { public: true }, schema: described(`${summary}, by one click`) },
      async ({ params: { token } }, reply) => {
        await run(ctx, senders, token);
        return reply.headers(headers).type(html).send(done);
      },
    );
  }
}
