import type { Attempt, Message } from '../../src/channels/domain/channel.ts';

const workspaceId = '0196c000-0000-7000-8000-000000000004';
export const attempt: Attempt = { number: 1, now: new Date('2026-11-21T10:00:00.500Z'), workspaceId };

/** A reminder, with the given fields replaced. */
export function aMessage(parts: Partial<Message> = {}): Message {
  return {
    id: '0196c000-0000-7000-8000-000000000001',
    kind: 'reminder',
    title: 'Water the plants',
    body: 'Due today at 18:00.',
    occurredAt: '2026-11-21T09:59:58.000Z',
    taskId: '0196c000-0000-7000-8000-000000000002',
    url: 'https://app.example.org/tasks/0196c000-0000-7000-8000-000000000002',
    data: { event_id: '0196c000-0000-7000-8000-000000000003', n: 1 },
    ...parts,
  };
}
