import type { Outbox } from '@rondo/shared/messaging/outbox';
import { settingsOutbox } from '../settings/store/settings-outbox.ts';
import { nudgeOutbox } from './nudge-outbox.ts';

/**
 * What the relay publishes: changed settings first, then nudges. The ids of settings are negative here, so that the two tables
 * share one range of ids.
 */
export const serviceOutbox: Outbox = {
  async read(client, query) {
    const settings = await settingsOutbox.read(client, query);
    const nudges = await nudgeOutbox.read(client, { ...query, limit: query.limit - settings.length });
    return [...settings.map((event) => ({ ...event, id: -event.id })), ...nudges];
  },

  async remove(client, ids) {
    const settings = ids.filter((id) => id < 0).map((id) => -id);
    const nudges = ids.filter((id) => id > 0);
    if (settings.length > 0) await settingsOutbox.remove(client, settings);
    if (nudges.length > 0) await nudgeOutbox.remove(client, nudges);
  },

  async backlog(client) {
    const settings = await settingsOutbox.backlog(client);
    const nudges = await nudgeOutbox.backlog(client);
    const [oldest = null] = [settings.oldest, nudges.oldest]
      .filter((time) => time !== null)
      .toSorted((left, right) => Date.parse(left) - Date.parse(right));
    return { events: settings.events + nudges.events, oldest };
  },
};
