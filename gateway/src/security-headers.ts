import type { FastifyInstance } from 'fastify';

/**
 * Gives every answer the headers that browsers need to handle it safely (OWASP Secure Headers). A page and a service can
 * replace each of them with a stricter value.
 * @param hstsSeconds how long browsers must use TLS for this host (RFC 6797); 0 sends no such header
 */
export function addSecurityHeaders(app: FastifyInstance, hstsSeconds: number): void {
  const strictTransport = `max-age=${hstsSeconds}`;
  app.addHook('onRequest', (request, reply, done) => {
    reply
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .header('content-security-policy', "frame-ancestors 'none'");
    // Answers of the API are about one person.
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
    if (hstsSeconds > 0 && request.protocol === 'https')
      reply.header('strict-transport-security', strictTransport);
    done();
  });
}
