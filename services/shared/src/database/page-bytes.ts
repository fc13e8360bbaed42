import { sql, type RawBuilder } from 'kysely';

/** The most bytes of JSON that the rows of a page have together. A page has at least one row, whatever its size is. */
export const maxPageBytes = 1024 * 1024;

/**
 * The columns that `cutByBytes` adds to each row: its own bytes, the bytes of the page up to it, and the number of rows that were
 * found before the cut.
 */
export type CutColumns = { row_bytes: number; bytes: number; found: number };

/**
 * Cuts a page, a statement with `ORDER BY` and `LIMIT`, after `maxPageBytes`, so that the database doesn't send the rest.
 * @param order the order of the page, by columns that it selects
 * @param size the bytes of a row as JSON, by columns that it selects; not less than 1
 */
export function cutByBytes(
  page: RawBuilder<unknown>,
  { order, size }: { order: RawBuilder<unknown>; size: RawBuilder<unknown> },
): RawBuilder<unknown> {
  return sql`
    SELECT * FROM (
      SELECT page.*, ${size} AS row_bytes, sum(${size}) OVER (ORDER BY ${order} ROWS UNBOUNDED PRECEDING) AS bytes,
             count(*) OVER () AS found
      FROM (${page}) page
    ) sized WHERE bytes <= ${maxPageBytes} OR bytes = row_bytes ORDER BY ${order}`;
}

/** Whether more rows follow a page that was cut by bytes. `limit` is that of the page's statement. */
export function hasMoreRows(rows: Pick<CutColumns, 'found'>[], limit: number): boolean {
  const [first] = rows;
  return first !== undefined && (first.found === limit || first.found > rows.length);
}

/** A row without the columns that `cutByBytes` added. */
export function withoutCut<Row extends CutColumns>({
  row_bytes: _rowBytes,
  bytes: _bytes,
  found: _found,
  ...row
}: Row): Omit<Row, keyof CutColumns> {
  return row;
}
