import type { Task } from '@rondo/shared/contracts/task';
import { bodyLimitAt } from '@rondo/shared/service-registry';
import { createPauses } from '@rondo/shared/workers/slices';
import type { JcalComponent } from '../../icalendar/time.ts';
import { matches, needsTask, type Filter } from '../filter.ts';
import {
  keyOf,
  multistatusHead,
  multistatusTail,
  propertiesResponse,
  statusResponse,
  type Properties,
  type Wanted,
} from '../multistatus.ts';
import { dav } from '../namespaces.ts';
import { nameInPath, pathOfObject, paths } from '../paths.ts';
import { calendarDataName, collectionProperties, etagOf, objectProperties } from '../properties.ts';
import type { Report } from '../requests.ts';
import { invalidSyncToken, writeSyncToken, type SyncToken } from '../sync-token.ts';
import { openObjectWriter, type CalendarObject, type ObjectWriter } from '../write-object.ts';
import { element } from '../xml.ts';
import { findChanges, findHead, namesOf } from './find-changes.ts';
import { pagesById, pagesByName, pagesOfMembers, type Member, type MemberQuery } from './find-members.ts';

/** The limit of a calendar object. */
export const objectBytes = bodyLimitAt('todo-service', `${paths.collection}*`);

/** What the answers are read from, for whom and when. */
export type Reading = Pick<MemberQuery, 'database' | 'workspaceId'> & {
  day: number;
  year: number;
  /** The person's zone, for dates without a time. */
  zone: string;
};

type Pieces = AsyncGenerator<string>;

/** A task as CalDAV shows it. */
export function objectOf({ task, uid, parentUid, extra }: Member): CalendarObject {
  return {
    task: JSON.parse(task ?? '') as Task,
    uid,
    parentUid,
    extra: extra === null ? null : (JSON.parse(extra) as JcalComponent | null),
  };
}

/** Answers a PROPFIND of the collection, with its members if the depth is 1. */
export async function* writeCollection(reading: Reading, wanted: Wanted, depth: 0 | 1): Pieces {
  const head = await findHead(reading, reading.day);
  yield propertiesResponse(paths.collection, wanted, collectionProperties(head, objectBytes));
  if (depth === 0) return;
  const write = memberWriter(reading, wanted, { isData: false });
  for await (const page of pagesOfMembers({ ...reading, withTask: false }, reading))
    for (const member of page) yield await write.response(member);
}

/**
 * Answers a report with a multistatus, one piece for each task. The first piece is empty and comes as soon as the first page was read:
 * nothing can be refused after it, and what is written in slices beside many others may take long. A task that doesn't match
 * is an empty piece, too.
 * @throws DavRefusal before the first piece
 */
export function writeReport(reading: Reading, report: Report): Pieces {
  if (report.kind === 'multiget') return writeNamed(reading, report);
  return report.kind === 'query' ? writeMatching(reading, report) : writeChanges(reading, report);
}

/** Begins and ends the document around the answers. */
export async function* asMultistatus(pieces: Pieces): Pieces {
  const first = await pieces.next();
  yield `${multistatusHead}${first.done ? '' : first.value}`;
  yield* pieces;
  yield multistatusTail;
}

/** How many changes are looked up at once. */
const chunkSize = 1_000;

/** Answers each object once, however often and in whatever spelling it is named: first those that exist, in the order of their ids. */
async function* writeNamed(reading: Reading, { wanted, references }: Report & { kind: 'multiget' }): Pieces {
  const write = memberWriter(reading, wanted);
  const targets = new Map(references.map(targetOf));
  const names = [...targets.values()].flatMap(({ name }) => name ?? []);
  for await (const page of pagesByName({ ...reading, withTask: write.withTask }, names)) {
    yield '';
    for (const member of page) {
      targets.delete(pathOfObject(member.name));
      yield await write.response(member);
    }
  }
  for (const { path } of targets.values()) yield statusResponse(path, '404 Not Found');
}

/** What a reference names, by the path that the answer gives it. */
function targetOf(reference: string): [string, { name: string | undefined; path: string }] {
  const path = reference.replace(/^https?:\/\/[^/]*/i, '');
  const name = nameInPath(path);
  return [name === undefined ? path : pathOfObject(name), { name, path }];
}

async function* writeMatching(reading: Reading, report: Report & { kind: 'query' }): Pieces {
  const { wanted, filter, limit = Infinity } = report;
  if (!filter.isPossible) return;
  const write = memberWriter(reading, wanted, { filter });
  let left = limit;
  for await (const page of pagesOfMembers({ ...reading, withTask: write.withTask }, reading)) {
    yield '';
    for (const member of page) {
      const response = await write.response(member);
      if (response !== '' && left === 0) {
        yield truncated();
        return;
      }
      yield response;
      if (response !== '') left -= 1;
    }
  }
}

async function* writeChanges(reading: Reading, report: Report & { kind: 'sync' }): Pieces {
  const { since, limit } = report;
  if (!since || since.after !== undefined) yield* writeAll(reading, report);
  else {
    const { ids, token, isTruncated } = await findChanges(reading, since, { day: reading.day, limit });
    yield '';
    const write = memberWriter(reading, report.wanted);
    for (let from = 0; from < ids.length; from += chunkSize) {
      const chunk = ids.slice(from, from + chunkSize);
      const gone = new Set(chunk);
      for await (const page of pagesById({ ...reading, withTask: write.withTask }, chunk, reading.day))
        for (const member of page) {
          gone.delete(member.id);
          yield await write.response(member);
        }
      for (const name of (await namesOf(reading, [...gone])).values())
        yield statusResponse(pathOfObject(name), '404 Not Found');
    }
    yield `${isTruncated ? truncated() : ''}${syncToken(token)}`;
  }
}

/** The first report of a client: all members, after which it reads the changes since its beginning. */
async function* writeAll(
  reading: Reading,
  { wanted, since, limit = Infinity }: Report & { kind: 'sync' },
): Pieces {
  const { prunedSeq: _pruned, ...head } = await findHead(reading, reading.day);
  const begun = since ?? head;
  if (begun.historyId !== head.historyId) throw invalidSyncToken();
  const token: SyncToken = {
    historyId: begun.historyId,
    seq: begun.seq,
    revision: begun.revision,
    day: begun.day,
  };
  const write = memberWriter(reading, wanted);
  let left = limit;
  let last: string | undefined;
  const query = { ...reading, withTask: write.withTask };
  for await (const page of pagesOfMembers(query, { day: reading.day, after: since?.after })) {
    yield '';
    for (const member of page) {
      if (left === 0) {
        yield `${truncated()}${syncToken({ ...token, ...(last === undefined ? {} : { after: last }) })}`;
        return;
      }
      yield await write.response(member);
      last = member.id;
      left -= 1;
    }
  }
  yield syncToken(token);
}

type MemberWriter = {
  withTask: boolean;
  /** Empty if the member does not match the filter. */
  response: (member: Member) => Promise<string>;
};

/** Writes one answer after the other, in slices. Calendar data is for reports only (RFC 4791 section 9.6). */
function memberWriter(
  reading: Reading,
  wanted: Wanted,
  { filter, isData = true }: { filter?: Filter; isData?: boolean } = {},
): MemberWriter {
  const pause = createPauses();
  const writer: ObjectWriter = openObjectWriter(reading.year);
  const dataKey = keyOf(calendarDataName);
  const withData = isData && wanted.kind === 'named' && wanted.names.some((name) => keyOf(name) === dataKey);
  const isFiltered = filter !== undefined && needsTask(filter);
  return {
    withTask: withData || isFiltered,
    async response(member) {
      await pause();
      const object = withData || isFiltered ? objectOf(member) : undefined;
      if (object && isFiltered && !matches(filter, object.task, writer.todoOf(object), reading.zone))
        return '';
      const text = object && withData ? writer.textOf(object) : undefined;
      const properties: Properties = objectProperties(etagOf(member), text);
      return propertiesResponse(pathOfObject(member.name), wanted, properties);
    },
  };
}

/** The answer has not all that was asked for (RFC 6578 section 3.6). */
function truncated(): string {
  const error = { namespace: dav, name: 'number-of-matches-within-limits' };
  return statusResponse(paths.collection, '507 Insufficient Storage', error);
}

function syncToken(token: SyncToken): string {
  return element({ namespace: dav, name: 'sync-token' }, writeSyncToken(token));
}
