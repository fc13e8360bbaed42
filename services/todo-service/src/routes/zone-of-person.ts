import type { HttpServer } from '@rondo/shared/http/http-server';
import type { Identity } from '@rondo/shared/http/token-verifier';
import { zoneOfPerson } from '@rondo/shared/zone-of-person';
import type { PersonZones } from '../store/people.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The zone of the person's settings; null if they name none. */
    settingsZone: string | null;
  }
}

/**
 * Gives a request the zone of the person's settings, and its identity the zone of the person. Only a request at the start waits for the
 * zones.
 */
export function addZoneOfPerson(app: HttpServer, zones: PersonZones): void {
  app.decorateRequest('settingsZone', null);
  app.addHook('preHandler', (request, _reply, done) => {
    const identity = request.identity as Identity | undefined;
    if (!identity) return done();
    const resolve = () => {
      const zone = zones.of(identity.personId);
      request.settingsZone = zone;
      const timeZone = zoneOfPerson(zone, identity.timeZone);
      if (timeZone !== identity.timeZone) request.identity = { ...identity, timeZone };
      done();
    };
    if (zones.isLoaded) return resolve();
    zones.load().then(resolve, done);
  });
}
