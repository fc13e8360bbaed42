import type { FastifyRequest } from 'fastify';

/** The address under which a client reached the gateway, such as `https://todo.example.com`. A trusted proxy may end TLS. */
export function originOf(request: FastifyRequest): string {
  const host = /^[\w.:[\]-]+$/.test(request.host) ? request.host : 'localhost';
  return `${request.protocol === 'https' ? 'https' : 'http'}://${host}`;
}
