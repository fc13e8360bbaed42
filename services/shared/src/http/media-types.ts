import type { FastifyRequest } from 'fastify';
import { AppError } from '../errors.ts';

const json = 'application/json';
const mergePatch = 'application/merge-patch+json';
/** The media types of a body, unless its route has others. */
export const jsonTypes = [json, mergePatch];
/** Names the media types that would be accepted: W3C Linked Data Platform section 7.1, RFC 5789 section 3.1, RFC 9110 section 15.5.16. */
const headerOfMethod: Record<string, string> = { POST: 'accept-post', PATCH: 'accept-patch' };

/** @throws AppError 415 if a route that takes JSON gets something else, before the body is read */
export function checkMediaType(request: FastifyRequest): void {
  const { body, consumes } = request.routeOptions.schema ?? {};
  if (body === undefined || consumes !== undefined) return;
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== undefined && !jsonTypes.includes(type)) throw unsupportedMediaType(request);
}

/** 415, with the media types of the route in words and in a header. */
export function unsupportedMediaType({ method, routeOptions }: FastifyRequest): AppError {
  const usual = method === 'PATCH' ? [mergePatch, json] : [json];
  const allowed = (routeOptions.schema?.consumes ?? usual).join(', ');
  return new AppError(
    'unsupported-media-type',
    `The body must have one of these content-types: ${allowed}.`,
    {
      headers: { [headerOfMethod[method] ?? 'accept']: allowed },
    },
  );
}

/** Whether no parser of the route knows the media type of a body. */
export function isUnknownMediaType(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE';
}
