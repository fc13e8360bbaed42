import { anyCases } from './feed-cases/any-rule.ts';
import { clocks, months, plain, single } from './feed-cases/dates.ts';
import type { FeedCase } from './feed-cases/feed-case.ts';
import { reminding } from './feed-cases/reminders.ts';
import { states } from './feed-cases/states.ts';

export const feedCases: FeedCase[] = [
  ...single,
  ...plain,
  ...clocks,
  ...months,
  ...states,
  ...reminding,
  ...anyCases,
];
