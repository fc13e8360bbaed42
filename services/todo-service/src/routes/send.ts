import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { markReplayed } from '@rondo/shared/http/idempotency-key';
import { entityTagOf } from '../domain/entity-tag.ts';
import type { CommandAnswer } from '../store/command-answer.ts';

/** Sends JSON text as it is. */
export function sendJson(reply: FastifyReply, text: string): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(text);
}

/** Sends text as it comes, as fast as the reader takes it. */
export function sendStream(reply: FastifyReply, text: Readable): FastifyReply {
  return reply.send(text);
}

/** Names the command that made the changes, if there are any. */
export function nameCommand(reply: FastifyReply, commandId: string | undefined): void {
  if (commandId !== undefined) reply.header('rondo-command', commandId);
}

/** Sends the answer of a command on tasks: a single task with its ETag, a created one with its Location. */
export function sendAnswer(
  reply: FastifyReply,
  { status, body, task, commandId, isReplayed = false }: CommandAnswer,
): FastifyReply {
  nameCommand(reply, commandId);
  markReplayed(reply, isReplayed);
  if (task) reply.header('etag', entityTagOf(task, reply.request.historyId));
  if (task && status === 201) reply.header('location', `/api/v1/tasks/${task.id}`);
  return status === 204 ? reply.code(204).send() : sendJson(reply.code(status), body);
}
