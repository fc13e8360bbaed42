import { sql, type RawBuilder } from 'kysely';

/** The most bytes of JSON that the rows of a page have together. A page has at least one row, whatever its size is. */
export const maxPageBytes = 1024 * 1024;

/**
 * The columns that `cutByBytes` adds to each row: the bytes of the page up to it, its number from 1, and whether the statement
 * found another row after it.
 */
export type CutColumns = { bytes: number; nth: number; is_followed: boolean };

/**
 * Cuts a page, a statement with `ORDER BY` and `LIMIT`, after `maxPageBytes`, so that the database doesn't send the rest. One
 * window has all columns: a second one would cost a short page a third more.
 * @param order the order of the page, by columns that it selects
 * @param size the bytes of a row as JSON, by columns that it selects
 */
export function cutByBytes(
  page: RawBuilder<unknown>,
  { order, size }: { order: RawBuilder<unknown>; size: RawBuilder<unknown> },
): RawBuilder<unknown> {
  return sql`
    SELECT * FROM (
      SELECT page.*, sum(${size}) OVER cut AS bytes, row_number() OVER cut AS nth, lead(true, 1, false) OVER cut AS is_followed
      FROM (${page}) page WINDOW cut AS (ORDER BY ${order} ROWS UNBOUNDED PRECEDING)
    ) sized WHERE bytes <= ${maxPageBytes} OR nth = 1 ORDER BY ${order}`;
}

/** Whether more rows follow a page that was cut by bytes. `limit` is that of the page's statement. */
export function hasMoreRows(rows: Pick<CutColumns, 'is_followed'>[], limit: number): boolean {
  return rows.length === limit || rows.at(-1)?.is_followed === true;
}

/** A row without the columns that `cutByBytes` added. */
export function withoutCut<Row extends CutColumns>({
  bytes: _bytes,
  nth: _nth,
  is_followed: _isFollowed,
  ...row
}: Row): Omit<Row, keyof CutColumns> {
  return row;
}
