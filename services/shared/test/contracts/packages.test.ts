import assert from 'node:assert/strict';
import { test } from 'node:test';
import type * as protocol from '@rondo/sync-client/protocol';
import { maxTicketLength } from '@rondo/sync-client/protocol';
import { Check } from 'typebox/value';
import { Hello, type NotificationMessage, type ServerMessage } from '../../src/contracts/sync-message.ts';
import type { ChangePage, TaskEvent } from '../../src/contracts/task-event.ts';
import { sameType } from '../support/same-type.ts';

test('the schemas of the socket messages have the types of the sync client', () => {
  sameType<Hello, protocol.Hello>();
  sameType<ServerMessage, protocol.ServerMessage<TaskEvent>>();
  sameType<NotificationMessage, protocol.NotificationMessage>();
  sameType<ChangePage, protocol.ChangePage<TaskEvent>>();
  const hello: protocol.Hello = { type: 'hello', ticket: 'x'.repeat(maxTicketLength), since: 0 };
  assert.ok(Check(Hello, hello));
  assert.ok(!Check(Hello, { ...hello, ticket: `${hello.ticket}x` }));
});
