import { createPauses } from '@rondo/shared/workers/slices';
import type { Collection, FoundEntry, ReadContext } from '../collection.ts';
import type { Bytes } from '../files/bytes.ts';
import { textLines } from '../files/text-lines.ts';
import type { EntryName } from '../imported-file.ts';
import { readPhrase } from '../phrases.ts';

const maxLine = 20_000;
const tabWidth = 4;

const bullet = /^(?:[-*+•]|\d{1,9}[.)])[ \t]+/;
const checkbox = /^\[([ xX])\](?:[ \t]+|$)/;
const heading = /^#{1,6}[ \t]+/;
const rule = /^(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const fence = /^(?:```|~~~)/;

/** A line, without its indentation. */
type Line = { indent: number; text: string };
/** A task whose description may go on, and where its line is. */
type OpenTask = { entry: FoundEntry; indent: number; item: string };

/**
 * Reads lists: items with bullets, numbers and checkboxes are tasks, indented ones subtasks, and headings name lists. A task is a
 * phrase of quick add. In Markdown, other indented lines are the description of the item above; what is in no list is skipped. In
 * text, each line is a task.
 * @throws AppError 422 as `textLines`, and if there are too many lines
 */
export async function readLists(
  bytes: Bytes,
  context: ReadContext,
  collection: Collection,
  { isMarkdown }: { isMarkdown: boolean },
): Promise<void> {
  const reader = createLineReader(context, collection, isMarkdown);
  const pause = createPauses();
  let isContinued = false;
  for await (const lines of textLines(bytes, collection.noteOtherEncoding))
    for (const line of lines) {
      // A line that is far too long comes in pieces.
      if (!isContinued && line !== '\n') reader.take(lineOf(line));
      isContinued = !line.endsWith('\n');
      const turn = pause();
      if (!turn) continue;
      await turn;
      context.checkTime();
    }
  reader.end();
}

function lineOf(raw: string): Line {
  const text = raw.slice(0, maxLine).trimEnd();
  const start = text.search(/\S/);
  let indent = 0;
  for (const character of text.slice(0, Math.max(0, start)))
    indent += character === '\t' ? tabWidth - (indent % tabWidth) : 1;
  return { indent, text: text.slice(Math.max(0, start)) };
}

function createLineReader(context: ReadContext, collection: Collection, isMarkdown: boolean) {
  let list: string | null = null;
  /** The last task, and those that it is below. */
  let path: { indent: number; name: EntryName }[] = [];
  let open: OpenTask | undefined;
  let [isInCode, isInFrontMatter, isFirst] = [false, false, true];

  function close(): void {
    if (open) addTask(open, context, collection, list);
    open = undefined;
  }

  function takeItem({ indent, text }: Line): void {
    close();
    path = path.filter((above) => above.indent < indent);
    const [box = '', mark = ''] = checkbox.exec(text) ?? [];
    const item = text.slice(box.length).trim();
    if (item === '') return;
    const parent = path.at(-1)?.name ?? null;
    const name = collection.nameOf('list', list, parent?.key ?? null, item);
    path.push({ indent, name });
    const status = mark.toLowerCase() === 'x' ? ({ status: 'complete' } as const) : {};
    open = {
      indent,
      item,
      entry: { name, uid: null, parent, notes: [], found: { title: item, ...status, texts: [] } },
    };
  }

  function takeOther(line: Line): void {
    if (!isMarkdown) return takeItem(line);
    if (open && line.indent > open.indent) open.entry.found.texts?.push(line.text);
    else collection.skip({ title: line.text }, 'it is text, and not an item of a list');
  }

  /** Between the lines `---` at the begin of a Markdown file, and between fences, is no list. */
  function isOutside({ text, indent }: Line): boolean {
    if (!isMarkdown) return false;
    if (isFirst && text === '---' && indent === 0) isInFrontMatter = true;
    else if (isInFrontMatter && text === '---') {
      isInFrontMatter = false;
      return true;
    }
    if (isInFrontMatter) return true;
    if (fence.test(text)) isInCode = !isInCode;
    return false;
  }

  return {
    take(line: Line): void {
      const isLeftOut = isOutside(line);
      isFirst = false;
      if (isLeftOut || line.text === '' || (rule.test(line.text) && !isInCode)) return;
      if (isInCode || (isMarkdown && fence.test(line.text))) return takeOther(line);
      const [mark] = bullet.exec(line.text) ?? [];
      if (mark !== undefined || checkbox.test(line.text))
        return takeItem({ ...line, text: line.text.slice(mark?.length ?? 0) });
      if (!heading.test(line.text)) return takeOther(line);
      close();
      path = [];
      list = headingOf(line.text.replace(heading, '')) || null;
    },
    end: close,
  };
}

/** A heading of Markdown may end with the signs that it begins with. */
function headingOf(text: string): string {
  let end = text.length;
  while (text[end - 1] === '#') end -= 1;
  return text.slice(0, end).trim();
}

function addTask(
  { entry, item }: OpenTask,
  context: ReadContext,
  collection: Collection,
  list: string | null,
): void {
  const { found, notes } = entry;
  const phrase = readPhrase(item, context);
  const unread = phrase?.unread.map(({ text }) => `"${text}"`) ?? [];
  if (unread.length > 0)
    notes.push(`these words look like a date, and were not understood: ${unread.join(', ')}`);
  const texts = found.texts?.length ? [found.texts.join('\n')] : [];
  collection.add({
    ...entry,
    notes,
    found: { ...found, ...(list === null ? {} : { list }), ...phrase?.draft, texts },
  });
}
