import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuseUnknownRoute } from '@rondo/shared/http/problem-details';
import { wantsHtml } from '@rondo/shared/http/wants-html';
import { addDocuments } from './documents.ts';
import { docsPage, docsPolicy } from './docs-page.ts';
import { homePage } from './home-page.ts';
import { notFoundPage } from './not-found-page.ts';
import { originOf } from './origin.ts';
import { referenceScript } from './reference-script.ts';

const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Adds what a person opens in a browser: the start page, the API reference, and the documents behind them. */
export async function addPages(app: FastifyInstance): Promise<void> {
  await app.register(fastifyStatic, {
    root: join(import.meta.dirname, 'assets'),
    prefix: '/assets/',
    index: false,
    maxAge: '5m',
  });
  app.get('/', (request, reply) => sendPage(reply, homePage(originOf(request)), pagePolicy));
  app.get('/docs', (_request, reply) => sendPage(reply, docsPage, docsPolicy));
  app.get('/docs/', (_request, reply) => reply.redirect('/docs', 301));
  app.get('/docs/reference.js', { config: { answerBytes: 1024 * 1024 } }, async (_request, reply) =>
    reply
      .type('text/javascript; charset=utf-8')
      .headers({ 'content-encoding': 'gzip', 'cache-control': 'public, max-age=86400' })
      .send(await referenceScript()),
  );
  app.get('/favicon.ico', (_request, reply) => reply.redirect('/assets/favicon.svg', 301));
  addDocuments(app);
}

/** A page that says so where a person asked for one; a problem to every program. */
export function refuseUnknownPage(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const isForBrowser = wantsHtml(request.headers.accept);
  const isApi = /^\/(api|\.well-known)\//.test(request.url);
  if (!isForBrowser || isApi) return refuseUnknownRoute(request, reply);
  const [path = ''] = request.url.split('?');
  return sendPage(reply.code(404), notFoundPage(path), pagePolicy);
}

function sendPage(reply: FastifyReply, html: string, policy: string): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .headers({ 'content-security-policy': policy, 'cache-control': 'no-cache' })
    .send(html);
}
