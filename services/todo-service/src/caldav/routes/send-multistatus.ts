import { Readable } from 'node:stream';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '@rondo/shared/errors';
import { DavRefusal } from '../dav-refusal.ts';
import { dav } from '../namespaces.ts';
import { asMultistatus } from '../queries/write-members.ts';
import { declarations, element, escapeXml, xmlHead } from '../xml.ts';

/** A reader that takes longer is cut off, so that others of the same person get their turn. */
const maxReadMs = 300_000;
const mediaType = 'application/xml; charset=utf-8';

/** Sends a multistatus (RFC 4918 section 13) as it is read. What fails before its first piece is answered as an error. */
export async function sendMultistatus(
  reply: FastifyReply,
  responses: AsyncGenerator<string>,
): Promise<FastifyReply> {
  const pieces = asMultistatus(responses);
  const first = await pieces.next();
  const all = async function* (): AsyncGenerator<string> {
    if (!first.done) yield first.value;
    for await (const piece of pieces) if (piece !== '') yield piece;
  };
  const text = Readable.from(all(), { objectMode: false });
  const deadline = setTimeout(() => text.destroy(new Error('the answer was read too slowly')), maxReadMs);
  text.once('close', () => clearTimeout(deadline));
  return reply.code(207).type(mediaType).send(text);
}

/** Answers what was refused in WebDAV's words (RFC 4918 section 16). Other errors are answered as everywhere. */
export function answerRefusals(
  error: FastifyError | DavRefusal | AppError,
  _request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof AppError && error.code === 'quota-exceeded')
    return sendRefusal(
      reply,
      new DavRefusal(507, error.message, { namespace: dav, name: 'quota-not-exceeded' }),
    );
  if (error instanceof DavRefusal) return sendRefusal(reply, error);
  throw error;
}

function sendRefusal(
  reply: FastifyReply,
  { status, message, precondition, content }: DavRefusal,
): FastifyReply {
  const reason = element({ namespace: dav, name: 'responsedescription' }, escapeXml(message));
  const condition = precondition ? element(precondition, content) : '';
  return reply
    .code(status)
    .type(mediaType)
    .send(`${xmlHead}<D:error ${declarations}>${condition}${reason}</D:error>`);
}
