import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely';
import { plannedEachTime } from '@rondo/shared/database/database';
import type { TaskEventType } from '@rondo/shared/contracts/task-event';
import { AppError, notFound } from '@rondo/shared/errors';
import type { CommandContext } from '../context.ts';
import { findImport } from './import-events.ts';
import { lastCommandOf } from './last-command.ts';
import { isPurged } from './purged-tasks.ts';
import type { Tables } from './tables.ts';
import { isUndo, isUndone } from './undone-events.ts';
import { commandLimits, tooLarge } from './working-set.ts';

type Database = Kysely<Tables> | Transaction<Tables>;

/** What a request wants undone: a command, or all commands of a turn. Without either it is the last command of the caller. */
export type UndoRequest = { command_id?: string; turn_id?: string };

/** What a command did to a task. */
export type EventToUndo = {
  command_id: string;
  seq: number;
  task_id: string;
  version: number;
  event_type: TaskEventType;
};

export type UndoTarget = {
  /** What is undone in one transaction, latest first, without tasks that were purged. */
  events: EventToUndo[];
  /** The imports that are undone after it, each in slices, latest first. */
  imports: string[];
  undoes: { undoes: string } | { undoesTurn: string };
  /** The last seq of a turn when its events were looked for. */
  lastSeq?: number;
};

type FoundEvent = EventToUndo & {
  actor_id: string;
  actor_source: string;
  agentId: string | null;
  isUndo: boolean;
  isUndone: boolean;
  isPurged: boolean;
};

/** A command has at most as many, unless it is an import or of recurrence. */
const maxEvents = commandLimits.tasks;
/** Events of a turn that are looked at since its last undo: some may be undone already. */
const maxEventsOfTurn = 4 * maxEvents;

/**
 * Finds what a request wants undone. An agent finds only what it did itself for this person.
 * @throws AppError 404 if there is nothing, also because events were pruned; 409 `undo-conflict` if it is undone already, or is an
 * undo; 422 `command-too-large`
 */
export async function findUndoTarget(
  database: Database,
  command: CommandContext,
  { command_id: commandId, turn_id: turnId }: UndoRequest,
  now: Date,
): Promise<UndoTarget> {
  if (turnId !== undefined) return turnToUndo(database, command, turnId);
  if (commandId !== undefined) return commandToUndo(database, command, commandId);
  const last = await lastCommandOf(database, command, now);
  if (!last) throw nothingToUndo();
  const { id, isImport } = last;
  if (isImport) return onlyImport(id);
  const { workspaceId } = command.identity;
  const events = toUndo(await eventsOfCommand(database, workspaceId, id));
  if (events.length === 0) throw nothingToUndo();
  return { events, imports: [], undoes: { undoes: id } };
}

/**
 * Finds what a request wants undone if there are imports in it: they are undone in several transactions.
 * @throws as `findUndoTarget`
 */
export async function findTargetWithImports(
  database: Database,
  command: CommandContext,
  { command_id: commandId, turn_id: turnId }: UndoRequest,
  now: Date,
): Promise<UndoTarget | undefined> {
  const { workspaceId } = command.identity;
  if (turnId !== undefined) {
    const imports = await importsOfTurn(database, workspaceId, turnId);
    return imports.length === 0 ? undefined : turnToUndo(database, command, turnId);
  }
  if (commandId !== undefined) {
    const made = await findImport(database, workspaceId, commandId);
    return made ? commandToUndo(database, command, commandId) : undefined;
  }
  const last = await lastCommandOf(database, command, now);
  return last?.isImport === true ? onlyImport(last.id) : undefined;
}

function onlyImport(id: string): UndoTarget {
  return { events: [], imports: [id], undoes: { undoes: id } };
}

async function commandToUndo(database: Database, command: CommandContext, id: string): Promise<UndoTarget> {
  const { workspaceId } = command.identity;
  const found = await eventsOfCommand(database, workspaceId, id);
  const [one] = found;
  if (!one || !isOwn(command, one)) throw notFound('command');
  if (one.isUndo) throw undoConflict('An undo can not be undone.');
  const made = await findImport(database, workspaceId, id);
  if (made ? made.undone_at !== null : one.isUndone) throw undoConflict('The command is undone already.');
  if (made) return onlyImport(id);
  if (found.every(({ actor_source: source }) => source === 'recurrence'))
    throw undoConflict('Rondo made this change because of another one. Undo that one.');
  const events = toUndo(found);
  if (events.length === 0) throw nothingToUndo();
  await checkComplete(database, workspaceId, found);
  return { events, imports: [], undoes: { undoes: id } };
}

async function turnToUndo(database: Database, command: CommandContext, id: string): Promise<UndoTarget> {
  const { workspaceId } = command.identity;
  const lastSeq = await lastSeqOfTurn(database, workspaceId, id);
  if (!(await isOwnTurn(database, command, id))) throw notFound('turn');
  const imports = await importsOfTurn(database, workspaceId, id);
  const found = await eventsOfTurn(database, workspaceId, id);
  if (found.length === 0 && imports.length === 0)
    throw undoConflict('All commands of the turn are undone already, or are undos.');
  const events = toUndo(found);
  if (events.length === 0 && imports.length === 0) throw nothingToUndo();
  await checkComplete(database, workspaceId, found);
  return { events, imports, undoes: { undoesTurn: id }, lastSeq };
}

/** The imports of a turn that are not undone, latest first. */
async function importsOfTurn(database: Database, workspaceId: string, id: string): Promise<string[]> {
  const imports = await database
    .selectFrom('todo_service.imports')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('turn_id', '=', id)
    .where('undone_at', 'is', null)
    .orderBy('created_at', 'desc')
    .execute();
  return imports.map((made) => made.id);
}

/** What can be undone, latest first. @throws AppError 422 `command-too-large` */
function toUndo(found: FoundEvent[]): FoundEvent[] {
  if (found.length > maxEvents) throw tooLarge();
  return found.filter((event) => !event.isPurged).toSorted((one, other) => other.seq - one.seq);
}

/** Where the first event that is kept belongs to a command, earlier ones of it may have been pruned. @throws AppError 404 */
async function checkComplete(database: Database, workspaceId: string, found: FoundEvent[]): Promise<void> {
  const head = await database
    .selectFrom('todo_service.workspaces')
    .select('pruned_seq')
    .where('id', '=', workspaceId)
    .executeTakeFirst();
  const pruned = head?.pruned_seq ?? 0;
  if (pruned > 0 && found.some(({ seq }) => seq === pruned + 1))
    throw new AppError('not-found', 'The command is too old: its events are no longer kept.');
}

/**
 * The events of a command, in any order. The limit is one above the maximum, so that more are known to be too many. The
 * index of commands finds them: the workspace is compared afterwards, and not a reason to read all of it.
 */
function eventsOfCommand(database: Database, workspaceId: string, id: string): Promise<FoundEvent[]> {
  return readEvents(
    database,
    sql`SELECT * FROM todo_service.events WHERE command_id = ${id} LIMIT ${maxEvents + 1}`,
    sql`workspace_id = ${workspaceId}`,
  );
}

/**
 * The events of the commands of a turn that are not undone, without imports and undos. What is before the last undo of the turn is
 * undone, and not looked at.
 * @throws AppError 422 `command-too-large`
 */
async function eventsOfTurn(database: Database, workspaceId: string, id: string): Promise<FoundEvent[]> {
  const { rows } = await sql<{ count: number }>`${sql.raw(plannedEachTime)}
    SELECT count(*) AS count FROM (${sinceUndo(workspaceId, id)} LIMIT ${maxEventsOfTurn + 1}) since`.execute(
    database,
  );
  if ((rows[0]?.count ?? 0) > maxEventsOfTurn) throw tooLarge();
  return readEvents(
    database,
    sql`SELECT * FROM (${sinceUndo(workspaceId, id)}) did WHERE NOT ${isUndone('did')} LIMIT ${maxEvents + 1}`,
    sql`true`,
  );
}

/** The events of a turn after its last undo, without those of imports and undos. */
function sinceUndo(workspaceId: string, id: string): RawBuilder<unknown> {
  return sql`
    SELECT * FROM todo_service.events did WHERE workspace_id = ${workspaceId} AND turn_id = ${id} AND seq > (
      SELECT coalesce(max(seq), 0) FROM todo_service.events
      WHERE workspace_id = ${workspaceId} AND undoes_turn = ${id}
    ) AND NOT ${isUndo('did')} AND NOT EXISTS (SELECT FROM todo_service.imports WHERE imports.id = did.command_id)`;
}

async function readEvents(
  database: Database,
  source: RawBuilder<unknown>,
  condition: RawBuilder<unknown>,
): Promise<FoundEvent[]> {
  const { rows } = await sql<FoundEvent>`${sql.raw(plannedEachTime)}
    SELECT command_id, seq, task_id, version, event_type, actor_id, actor_source, agent ->> 'client_id' AS "agentId",
           ${isUndo('event')} AS "isUndo", ${isUndone('event')} AS "isUndone", ${isPurged('event')} AS "isPurged"
    FROM (${source}) event WHERE ${condition}`.execute(database);
  return rows;
}

type Maker = Pick<FoundEvent, 'actor_id' | 'agentId'>;

/** A person may undo what anyone did in the workspace, an agent only what it did for this person. */
function isOwn({ identity: { personId, agent } }: CommandContext, { actor_id, agentId }: Maker): boolean {
  return agent === undefined || (actor_id === personId && agentId === agent.client_id);
}

/** The seq of the last change of a turn, without undos. A change that is written while the turn is undone has a higher one. */
export async function lastSeqOfTurn(database: Database, workspaceId: string, id: string): Promise<number> {
  const { rows } = await sql<{ seq: number }>`${sql.raw(plannedEachTime)}
    SELECT seq FROM todo_service.events did
    WHERE workspace_id = ${workspaceId} AND turn_id = ${id} AND NOT ${isUndo('did')} ORDER BY seq DESC LIMIT 1`.execute(
    database,
  );
  return rows[0]?.seq ?? 0;
}

/** Whether a turn is there, and for an agent, whether all of it is its own. */
async function isOwnTurn(
  database: Database,
  { identity: { workspaceId, personId, agent } }: CommandContext,
  id: string,
): Promise<boolean> {
  const ofTurn = sql`SELECT FROM todo_service.events WHERE workspace_id = ${workspaceId} AND turn_id = ${id}`;
  const byOther = sql`actor_id <> ${personId} OR agent ->> 'client_id' IS DISTINCT FROM ${agent?.client_id ?? null}`;
  const { rows } = await sql<{ isThere: boolean; isOfOther: boolean }>`${sql.raw(plannedEachTime)}
    SELECT EXISTS (${ofTurn}) AS "isThere",
           ${agent !== undefined} AND EXISTS (${ofTurn} AND (${byOther})) AS "isOfOther"`.execute(database);
  return rows[0] !== undefined && rows[0].isThere && !rows[0].isOfOther;
}

/** Whether the caller may undo an import. */
export async function isOwnImport(database: Database, command: CommandContext, id: string): Promise<boolean> {
  const { rows } = await sql<Maker>`${sql.raw(plannedEachTime)}
    SELECT actor_id, agent ->> 'client_id' AS "agentId" FROM todo_service.events
    WHERE command_id = ${id} LIMIT 1`.execute(database);
  return rows.every((maker) => isOwn(command, maker));
}

function nothingToUndo(): AppError {
  return new AppError(
    'not-found',
    'There is no change to undo. Tasks that were deleted for good can not be brought back.',
  );
}

export function undoConflict(detail: string, more: ConstructorParameters<typeof AppError>[2] = {}): AppError {
  return new AppError('undo-conflict', detail, { status: 409, ...more });
}
