import { Type, type TSchema } from 'typebox';
import { AuditCheckpoint, checkpointSignedType } from '@rondo/shared/contracts/audit-checkpoint';
import { NotificationNudge, notificationNudgeType } from '@rondo/shared/contracts/notification';
import { PersonSettingsEvent, personSettingsType } from '@rondo/shared/contracts/person-settings';
import { ReminderEvent, reminderEventType } from '@rondo/shared/contracts/reminder-event';
import { SeriesEvent, seriesEventType } from '@rondo/shared/contracts/series-event';
import { commandTypeOf, TaskCommand } from '@rondo/shared/contracts/task-command';
import { TaskEvent, TaskEventType } from '@rondo/shared/contracts/task-event';
import { cloudEventTypeOf, type topics } from '@rondo/shared/contracts/topics';

type Message = {
  name: string;
  summary: string;
  types: string[];
  data: TSchema;
  /** Extension attributes of the CloudEvent. */
  extensions?: Record<string, TSchema>;
};
type Topic = { summary: string; messages: Message[] };

const taskEvent: Message = {
  name: 'TaskEvent',
  summary: 'One change of one task.',
  types: TaskEventType.enum.map((type) => cloudEventTypeOf(type)),
  data: TaskEvent,
  extensions: {
    historyid: Type.Optional(
      Type.String({ format: 'uuid', description: 'changes when the server is restored from a backup' }),
    ),
  },
};
const inboxChanged: Message = {
  name: 'NotificationNudge',
  summary: 'The inbox of a person changed. It has no seq and may be lost.',
  types: [notificationNudgeType],
  data: NotificationNudge,
};
const reminderFired: Message = {
  name: 'ReminderEvent',
  summary: 'A reminder came due. One time of one task reminds once.',
  types: [reminderEventType],
  data: ReminderEvent,
};
const taskCommand: Message = {
  name: 'TaskCommand',
  summary: 'What recurrence asks of a task. A command may come twice, late, or out of order.',
  types: TaskCommand.anyOf.map(({ properties }) => commandTypeOf(properties.command_type.const)),
  data: TaskCommand,
};

const checkpointSigned: Message = {
  name: 'AuditCheckpoint',
  summary: 'The signed end of an audit chain. The highest position of a workspace counts.',
  types: [checkpointSignedType],
  data: AuditCheckpoint,
};
const settingsChanged: Message = {
  name: 'PersonSettingsEvent',
  summary: 'A person changed their settings.',
  types: [personSettingsType],
  data: PersonSettingsEvent,
};
const seriesChanged: Message = {
  name: 'SeriesEvent',
  summary: 'A series changed. The highest version of a series counts.',
  types: [seriesEventType],
  data: SeriesEvent,
};

/** What is on each topic. */
export const topicDescriptions: Record<keyof typeof topics, Topic> = {
  taskEvents: {
    summary: 'Each change of each task, gapless and in order within a workspace (`seq` 1, 2, 3 …).',
    messages: [taskEvent],
  },
  taskUpdates: {
    summary: 'What open clients get of tasks. Each replica of a consumer receives every message.',
    messages: [taskEvent],
  },
  notificationUpdates: {
    summary: 'What open clients get of inboxes. Each replica of a consumer receives every message.',
    messages: [inboxChanged],
  },
  reminders: { summary: 'Reminders that came due.', messages: [reminderFired] },
  taskCommands: { summary: 'Commands of the recurrence to the tasks.', messages: [taskCommand] },
  auditCheckpoints: {
    summary: 'Signed ends of audit chains, for the digest e-mail.',
    messages: [checkpointSigned],
  },
  personSettings: { summary: 'The time zone of each person.', messages: [settingsChanged] },
  seriesEvents: {
    summary: 'What decides the dates of each series, for calendars.',
    messages: [seriesChanged],
  },
};
