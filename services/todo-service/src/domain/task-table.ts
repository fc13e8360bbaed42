import type { Task } from '@rondo/shared/contracts/task';
import { csvRow, listText, textOfCell, textsOfList } from './csv.ts';

/** How a field is written in a cell and read again. An empty cell is a field that is not set. */
type Form = { write: (value: never) => string; read: (cell: string) => unknown };

const text: Form = { write: (value: string) => value, read: (cell) => cell };
const number: Form = { write: (value: number) => String(value), read: Number };
const flag: Form = {
  write: (value: boolean) => String(value),
  read: (cell) => cell.toLowerCase() === 'true',
};
const list: Form = { write: (value: string[]) => listText(value), read: textsOfList };
const json: Form = {
  write: (value: unknown[]) => (value.length === 0 ? '' : JSON.stringify(value)),
  read: valueOfJson,
};

/** The columns of a table of tasks, in their order. */
const columns = {
  id: text,
  number,
  title: text,
  description: text,
  status: text,
  priority: number,
  labels: list,
  list: text,
  parent_id: text,
  start: text,
  due_date: text,
  time_zone: text,
  is_floating: flag,
  recurrence_rule: text,
  recurrence_basis: text,
  exdates: list,
  rdates: list,
  reminders: json,
  created_at: text,
  updated_at: text,
  completed_at: text,
} satisfies Partial<Record<keyof Task, Form>>;
const named = Object.entries(columns) as [keyof typeof columns, Form][];

/** The header of a table of tasks (CSV). */
export const tableHeader = csvRow(Object.keys(columns));

/** The row of a task. */
export function rowOfTask(task: Task): string {
  return csvRow(named.map(([field, { write }]) => (task[field] == null ? '' : write(task[field] as never))));
}

/** The fields of a row that are set, as they are in the file: nothing is checked. */
export function fieldsOfRow(cell: (column: string) => string): Record<string, unknown> {
  const cells = named.map(([field, { read }]) => ({ field, read, written: textOfCell(cell(field)) }));
  return Object.fromEntries(
    cells.flatMap(({ field, read, written }) => (written === '' ? [] : [[field, read(written)]])),
  );
}

/** The value of JSON; the text itself if it is none. */
function valueOfJson(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    return written;
  }
}
