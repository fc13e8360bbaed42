import { sql, type Kysely, type Transaction } from 'kysely';
import { lowestUuid } from '@rondo/shared/database/lowest-uuid';
import type { PersonSettingsEvent } from '@rondo/shared/contracts/person-settings';
import { shareRunning } from '@rondo/shared/workers/share-running';
import { isTimeZone } from '@rondo/time/zone';
import type { Tables } from './tables.ts';

/** The zone that a person's settings name. */
export type ZoneOfPerson = { workspace_id: string; time_zone: string | null };

/** Keeps the newest settings of each person, in the given transaction. @returns those that changed */
export async function keepPeople(
  settings: PersonSettingsEvent[],
  trx: Transaction<Tables>,
): Promise<ZoneOfPerson[]> {
  const { rows } = await sql<ZoneOfPerson>`
    INSERT INTO todo_service.people AS known (workspace_id, time_zone, updated_at)
    SELECT DISTINCT ON (workspace_id) workspace_id, time_zone, updated_at
    FROM json_to_recordset(${JSON.stringify(settings)}::json) AS given (
      workspace_id uuid, time_zone text, updated_at timestamptz
    ) ORDER BY workspace_id, updated_at DESC
    ON CONFLICT (workspace_id) DO UPDATE SET
      time_zone = excluded.time_zone, updated_at = excluded.updated_at, changed_at = clock_timestamp(),
      -- What is resolved without a zone of the settings may be in any one.
      settled_zone = CASE WHEN excluded.time_zone IS NOT NULL THEN known.settled_zone END
    WHERE known.updated_at < excluded.updated_at
    RETURNING workspace_id, time_zone`.execute(trx);
  return rows;
}

/** The zones of people's settings by workspace, as the given transaction sees them, and as far as this runtime knows them. */
export async function readZones(
  trx: Transaction<Tables>,
  workspaces: string[],
): Promise<Map<string, string>> {
  const { rows } = await sql<{ workspace_id: string; time_zone: string }>`
    SELECT workspace_id, time_zone FROM todo_service.people
    WHERE workspace_id = ANY (${workspaces}::uuid[]) AND time_zone IS NOT NULL`.execute(trx);
  return new Map(
    rows.filter((row) => isTimeZone(row.time_zone)).map((row) => [row.workspace_id, row.time_zone]),
  );
}

/** A transaction may commit this long after the time that its rows have. */
const longestTransactionMs = 60_000;

const pageSize = 10_000;

/**
 * The zones of people's settings, in memory, so that no request waits for them. `refresh` reads what changed since it was called
 * before: everything at first.
 */
export class PersonZones {
  readonly #database: Kysely<Tables>;
  readonly #zones = new Map<string, string>();
  /** Each name once: there are some hundreds of zones. */
  readonly #names = new Map<string, string>();
  #readUpTo = 0;
  #isLoaded = false;

  /** Reads all zones. Who asks while they are read waits for the same reading. */
  readonly load = shareRunning(async () => {
    await this.refresh();
    this.#isLoaded = true;
  });

  constructor(database: Kysely<Tables>) {
    this.#database = database;
  }

  /** Whether `of` knows all zones. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  of(personId: string): string | null {
    return this.#zones.get(personId) ?? null;
  }

  keep(people: ZoneOfPerson[]): void {
    for (const { workspace_id: personId, time_zone: zone } of people) {
      const name = zone === null ? undefined : this.#nameOf(zone);
      if (name === undefined) this.#zones.delete(personId);
      else this.#zones.set(personId, name);
    }
  }

  async refresh(): Promise<void> {
    if (await this.#isAheadOfDatabase()) this.#readUpTo = 0;
    const since = new Date(Math.max(0, this.#readUpTo - longestTransactionMs)).toISOString();
    let place = { changed_at: since, workspace_id: lowestUuid };
    for (;;) {
      const { rows } = await sql<ZoneOfPerson & { changed_at: string; read_ms: number }>`
        SELECT workspace_id, time_zone, changed_at::text AS changed_at,
               (extract(epoch FROM least(changed_at, clock_timestamp())) * 1000)::float8 AS read_ms
        FROM todo_service.people
        WHERE (people.changed_at, workspace_id) > (${place.changed_at}::timestamptz, ${place.workspace_id}::uuid)
        ORDER BY people.changed_at, workspace_id LIMIT ${pageSize}`.execute(this.#database);
      this.keep(rows);
      const last = rows.at(-1);
      if (!last) return;
      place = last;
      // A clock that was ahead may have stored a time in the future: changes of now are before it.
      this.#readUpTo = last.read_ms;
    }
  }

  /** Whether the clock of the database was set back: what changed since then seems to be read already. */
  async #isAheadOfDatabase(): Promise<boolean> {
    const { rows } = await sql<{ isAhead: boolean }>`
      SELECT to_timestamp(${this.#readUpTo / 1_000}) > clock_timestamp() AS "isAhead"`.execute(
      this.#database,
    );
    return rows[0]?.isAhead ?? false;
  }

  /** Undefined if this runtime doesn't know the zone, for example during a rollout of another edition of the database. */
  #nameOf(zone: string): string | undefined {
    const known = this.#names.get(zone);
    if (known !== undefined || !isTimeZone(zone)) return known;
    this.#names.set(zone, zone);
    return zone;
  }
}
