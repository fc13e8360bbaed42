import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseQuickAdd } from '@rondo/quick-add/parse-quick-add';
import type * as quickAdd from '@rondo/quick-add/quick-add';
import { anyContext, anyText } from '@rondo/quick-add/test/arbitrary-phrase';
import type * as protocol from '@rondo/sync-client/protocol';
import { maxTicketLength } from '@rondo/sync-client/protocol';
import fc from 'fast-check';
import type { Static } from 'typebox';
import { Check } from 'typebox/value';
import { QuickAdd, type SpanKind } from '../../src/contracts/quick-add.ts';
import {
  Hello,
  type NotificationMessage,
  type Ping,
  type ServerMessage,
} from '../../src/contracts/sync-message.ts';
import type { ChangePage, TaskEvent } from '../../src/contracts/task-event.ts';
import { TaskDraft } from '../../src/contracts/task.ts';
import { sameType } from '../support/same-type.ts';

test('the schemas of the socket messages have the types of the sync client', () => {
  sameType<Hello, protocol.Hello>();
  sameType<Static<typeof Ping>, protocol.Ping>();
  sameType<ServerMessage, protocol.ServerMessage<TaskEvent>>();
  sameType<NotificationMessage, protocol.NotificationMessage>();
  sameType<ChangePage, protocol.ChangePage<TaskEvent>>();
  const hello: protocol.Hello = { type: 'hello', ticket: 'x'.repeat(maxTicketLength), since: 0 };
  assert.ok(Check(Hello, hello));
  assert.ok(!Check(Hello, { ...hello, ticket: `${hello.ticket}x` }));
});

test('each result of quick-add is valid', () => {
  sameType<SpanKind, quickAdd.SpanKind>();
  sameType<keyof QuickAdd['draft'], keyof quickAdd.QuickAddDraft>();
  fc.assert(
    fc.property(anyText, anyContext, (text, context) => {
      const parsed: QuickAdd = parseQuickAdd(text, context);
      // A title may be too long, because it can be the whole text.
      if (parsed.draft.title.length > 255) return;
      assert.ok(Check(QuickAdd, parsed), JSON.stringify(parsed));
      const { exdates: _, ...fields } = parsed.draft;
      assert.ok(Check(TaskDraft, fields), JSON.stringify(fields));
    }),
    { numRuns: 3_000 },
  );
});
