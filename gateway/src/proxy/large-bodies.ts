import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { refuseIfClosed } from '@rondo/shared/http/closed-clients';
import { onceClosed } from '@rondo/shared/http/once-closed';
import { spoolBody } from '@rondo/shared/http/spooled-body';
import { defaultBodyLimit } from '@rondo/shared/service-registry';

/** A body that arrived: a large one is read from a file. */
export type ReceivedBody = Buffer | (Readable & { bytes?: number });

/** Lets the routes of a scope receive bodies above the usual limit into files, at 64 KiB/s at least. */
export function receiveIntoFiles(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', async ({ raw }: { raw: IncomingMessage }, payload: Readable) =>
    payload === raw ? buffer(payload) : payload,
  );
  scope.addHook('preParsing', async ({ raw, routeOptions }, reply, payload) => {
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = raw.headers;
    if (encoding === undefined && Number(length) <= defaultBodyLimit) return payload;
    const body = await spoolBody(raw, routeOptions.bodyLimit);
    onceClosed(reply.raw, () => void body[Symbol.asyncDispose]());
    refuseIfClosed(reply.raw);
    return Object.assign(body.read(), { bytes: body.bytes });
  });
}

/** The header of a body whose length its stream doesn't tell. */
export function lengthOf(body: ReceivedBody | undefined): { 'content-length'?: string } {
  const bytes = body !== undefined && 'bytes' in body ? body.bytes : undefined;
  return bytes === undefined ? {} : { 'content-length': String(bytes) };
}
