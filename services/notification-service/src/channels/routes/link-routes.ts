import { Type } from 'typebox';
import type { ErrorCode } from '@rondo/shared/contracts/error-codes';
import { notFound } from '@rondo/shared/errors';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { showNotFound } from '@rondo/shared/http/show-not-found';
import { confirmEmail } from '../commands/confirm-email.ts';
import { unsubscribe } from '../commands/unsubscribe.ts';
import type { NotificationContext } from '../../context.ts';
import type { ChannelDispatcher } from '../transports/channel-dispatcher.ts';
import { linkPages } from './link-pages.ts';
import { channelOfToken } from '../domain/link-token.ts';

const common = {
  tags: ['channels'],
  produces: ['text/html'],
  params: Type.Object({ token: Type.String({ maxLength: 200 }) }),
  response: { 200: Type.String() },
};
const postProblems: ErrorCode[] = [
  'bad-request',
  'not-found',
  'uri-too-long',
  'too-large',
  'unsupported-media-type',
  'unavailable',
];
const html = 'text/html; charset=utf-8';
/** The token is in the URL: keep it out of caches and referrers. A page of someone else must not show the button. */
const headers = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
};

const links = [
  {
    purpose: 'unsubscribe',
    run: unsubscribe,
    getSchema: {
      summary: 'Show the page to unsubscribe',
      description:
        'Shows a page with a button that unsubscribes. The link is in each e-mail; it needs no token.',
      operationId: 'showUnsubscribePage',
    },
    postSchema: {
      summary: 'Unsubscribe an e-mail address',
      description:
        'Turns the e-mail channel of the link off (RFC 8058). It is a 200 even if the channel was removed.',
      operationId: 'unsubscribe',
    },
  },
  {
    purpose: 'confirm',
    run: confirmEmail,
    getSchema: {
      summary: 'Show the page to confirm an e-mail address',
      description:
        'Shows a page with a button that confirms. The link is in the confirmation e-mail; it needs no token.',
      operationId: 'showConfirmationPage',
    },
    postSchema: {
      summary: 'Confirm an e-mail address',
      description: 'Turns the e-mail channel of the link on. It is a 200 even if the channel was removed.',
      operationId: 'confirmEmail',
    },
  },
] as const;

/**
 * Adds the links in e-mails, which need no login (RFC 8058). A mail program sends a POST. A person who opens the link gets a
 * page with a button that sends the POST, because link scanners open links too and must not change anything.
 */
export function addLinkRoutes(
  app: HttpServer,
  ctx: NotificationContext,
  dispatcher: ChannelDispatcher,
): void {
  // The body is always "List-Unsubscribe=One-Click" (RFC 8058 section 3.1): ignore it.
  app.addContentTypeParser(
    ['application/x-www-form-urlencoded', 'multipart/form-data'],
    { parseAs: 'string', bodyLimit: 10_000 },
    (_request, _body, done) => done(null, undefined),
  );
  for (const { purpose, run, getSchema, postSchema } of links) {
    const { ask, done, invalid } = linkPages[purpose];
    const errorHandler = showNotFound(invalid, headers);
    app.get(
      `/${purpose}/:token`,
      {
        config: { public: true },
        errorHandler,
        schema: {
          ...common,
          ...getSchema,
          example: { response: ask },
          problems: ['bad-request', 'not-found', 'uri-too-long'],
        },
      },
      async ({ params: { token } }, reply) => {
        if (channelOfToken(dispatcher.box, purpose, token, ctx.clock.now()) === undefined)
          throw notFound('link');
        return reply.headers(headers).type(html).send(ask);
      },
    );
    app.post(
      `/${purpose}/:token`,
      {
        config: { public: true },
        errorHandler,
        schema: { ...common, ...postSchema, example: { response: done }, problems: postProblems },
      },
      async ({ params: { token } }, reply) => {
        await run(ctx, dispatcher, token);
        return reply.headers(headers).type(html).send(done);
      },
    );
  }
}
