import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '@rondo/shared/errors';
import { inChunks, streamToReader } from '@rondo/shared/http/reader-slots';
import { DavRefusal } from '../dav-refusal.ts';
import { dav } from '../namespaces.ts';
import { asMultistatus } from '../queries/write-members.ts';
import { declarations, element, escapeXml, xmlHead } from '../xml.ts';

const mediaType = 'application/xml; charset=utf-8';

/**
 * Sends a multistatus (RFC 4918 section 13) as it is read, and as fast as the person pays for it. What fails before its first
 * piece is answered as an error.
 */
export async function sendMultistatus(
  request: FastifyRequest,
  reply: FastifyReply,
  responses: AsyncGenerator<string>,
): Promise<FastifyReply> {
  const pieces = asMultistatus(responses);
  const first = await pieces.next();
  const all = async function* (): AsyncGenerator<string> {
    if (!first.done) yield first.value;
    yield* inChunks(pieces, (bytes) => request.payForPart(bytes));
  };
  return reply.code(207).type(mediaType).send(streamToReader(all(), reply.raw));
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
