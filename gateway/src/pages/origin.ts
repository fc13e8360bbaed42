import type { FastifyRequest } from 'fastify';

/** The address under which a client reached the gateway, such as `https://todo.example.com`. A proxy in front may end TLS. */
export function originOf(request: FastifyRequest): string {
  const isSecure = request.protocol === 'https' || request.headers['x-forwarded-proto'] === 'https';
  const host = /^[\w.:[\]-]+$/.test(request.host) ? request.host : 'localhost';
  return `${isSecure ? 'https' : 'http'}://${host}`;
}
