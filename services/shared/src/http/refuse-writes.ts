import type { FastifyContextConfig, FastifyInstance } from 'fastify';
import { AppError } from '../errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its requests change nothing that lasts, whatever their method: they are answered while writes are refused. */
    isRead?: boolean;
  }
}

const readingMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT']);

/** Whether a request changes what is stored. */
export function isWrite(method: string, config: FastifyContextConfig): boolean {
  return !readingMethods.has(method) && !config.isRead && !config.public;
}

/**
 * Refuses requests that write while the disk of the database is almost full, so that PostgreSQL keeps the space that it
 * needs to go on. Deliveries of the sidecar go on as well: they are what accepted requests still cause.
 */
export function refuseWritesWhile(app: FastifyInstance, isDiskLow: () => boolean): void {
  app.addHook('onRequest', async ({ method, routeOptions: { config } }) => {
    if (!isDiskLow() || !isWrite(method, config)) return;
    throw new AppError(
      'disk-almost-full',
      'The disk of the database is almost full. Changes are refused until there is space; reads work.',
      { headers: { 'retry-after': '10' } },
    );
  });
}
