import { sql, type RawBuilder } from 'kysely';
import { Type, type TSchema } from 'typebox';
import { nullable, Uuid } from '@rondo/shared/contracts/scalars';
import { Task } from '@rondo/shared/contracts/task';
import { byTime, CursorInstant, defineCursor } from '@rondo/shared/http/cursor';
import { Rank } from '../domain/rank.ts';
import { sortNames, type Direction, type SortName } from '../domain/task-filter.ts';
import { titleKeyLength } from '../store/derived-columns.ts';

type SortColumn = 'created_at' | 'updated_at' | 'due_at' | 'priority' | 'title_key' | 'completed_at' | 'rank';

/** What a page selects of each task, to place it: its id, and the column that it is sorted by. */
export type Row = { id: string } & Partial<Record<SortColumn, Key>>;

type Key = string | number | null;
type Place = { key: Key; id: string };

/** One order of a list. The id makes it total. Tasks without the value come last, in the order of their ids. */
export type Sort = {
  /** The column that tasks are sorted by. */
  column: RawBuilder<unknown>;
  /** The columns of a `Row`. */
  columns: RawBuilder<unknown>;
  /** The columns of `ORDER BY`, also if some tasks have no value. */
  order: RawBuilder<unknown>;
  /** Whether a task may have no value. */
  isNullable: boolean;
  /** Without an index, a page is made by sorting all matches. */
  isIndexed: boolean;
  cursorOf: (row: Row) => string;
  /** @throws AppError 422 if the cursor is damaged or belongs to another order */
  placeOf: (cursor: string) => Place;
  /** Restricts tasks that have a value to those after a place that has one. */
  after: (place: Place) => RawBuilder<unknown>;
  /** Restricts tasks without a value to those after a place without one. */
  afterId: (id: string) => RawBuilder<unknown>;
  /** The columns of `ORDER BY` among tasks that have a value; among those without one. */
  within: RawBuilder<unknown>;
  withinIds: RawBuilder<unknown>;
};

type Column = {
  name: SortColumn;
  schema: TSchema;
  initial: Direction;
  isNullable: boolean;
  isIndexed: boolean;
};

const instant = { schema: nullable(CursorInstant), isNullable: true, isIndexed: true };
const columns: Record<SortName, Column> = {
  created: { name: 'created_at', schema: byTime.at, initial: 'desc', isNullable: false, isIndexed: true },
  updated: { name: 'updated_at', ...instant, initial: 'desc', isIndexed: false },
  due: { name: 'due_at', ...instant, initial: 'asc' },
  completed: { name: 'completed_at', ...instant, initial: 'desc' },
  priority: {
    name: 'priority',
    schema: Task.properties.priority,
    initial: 'asc',
    isNullable: false,
    isIndexed: true,
  },
  title: {
    name: 'title_key',
    schema: nullable(Type.String({ maxLength: titleKeyLength })),
    initial: 'asc',
    isNullable: true,
    isIndexed: false,
  },
  rank: { name: 'rank', schema: nullable(Rank), initial: 'asc', isNullable: true, isIndexed: true },
};

const sorts = Object.fromEntries(
  sortNames.map((name) => [name, { asc: sortOf(name, 'asc'), desc: sortOf(name, 'desc') }]),
) as Record<SortName, Record<Direction, Sort>>;

/** The order that a query asks for. */
export function sortFor({ sort = 'created', order }: { sort?: SortName; order?: Direction }): Sort {
  return sorts[sort][order ?? columns[sort].initial];
}

function sortOf(sort: SortName, direction: Direction): Sort {
  const { name, schema, isNullable, isIndexed } = columns[sort];
  const cursor = defineCursor(`${sort} ${direction}`, { key: schema, id: Uuid });
  const column = sql.ref(name);
  const way = sql.raw(direction.toUpperCase());
  const beyond = sql.raw(direction === 'asc' ? '>' : '<');
  const within = sql`${column} ${way}, id ${way}`;
  return {
    column,
    columns: sql`id, ${column}`,
    order: isNullable ? sql`(${column} IS NULL), ${within}` : within,
    isNullable,
    isIndexed,
    cursorOf: (row) => cursor.encode({ key: row[name] ?? null, id: row.id }),
    placeOf: (text) => cursor.decode(text) as Place,
    after: ({ key, id }) => sql`(${column}, id) ${beyond} (${key}, ${id})`,
    afterId: (id) => sql`id ${beyond} ${id}`,
    within,
    withinIds: sql`id ${way}`,
  };
}
