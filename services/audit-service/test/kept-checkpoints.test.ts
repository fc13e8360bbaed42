import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleCheckpoint } from '@rondo/shared/contracts/audit-checkpoint';
import { readCheckpoints } from '../src/domain/kept-checkpoints.ts';
import { linesOf } from './support/audit.ts';

const one = exampleCheckpoint;
const line = JSON.stringify(one);
const block = JSON.stringify(one, undefined, 2);
const page = { checkpoints: [one, { ...one, position: 41 }], next_cursor: null };
const quoted = (text: string) => text.replaceAll(/^/gm, '> ');
/** As mail programs wrap a long line. */
const wrapped = (text: string) => text.replaceAll(/.{76}/g, '$&\n');

for (const [what, text, expected = 1] of [
  ['a checkpoint in one line', line],
  [
    'the block of an e-mail',
    `Audit checkpoint: keep this e-mail\nnpm run audit:verify\n${block}\n\n-- \nUnsubscribe`,
  ],
  ['a block that was forwarded', `> On Monday Rondo wrote:\n${quoted(quoted(block))}\n>> bye`],
  ['a line that was wrapped', wrapped(line)],
  ['a line that was wrapped and quoted', quoted(wrapped(line))],
  ['line ends of Windows', `${block}\n`.replaceAll('\n', '\r\n')],
  ['a page of the API', JSON.stringify(page), 2],
  ['a page of the API that was formatted', JSON.stringify(page, undefined, 2), 2],
  [
    'an export',
    [
      { position: 42, event: JSON.stringify({ title: '"signature":' }) },
      { head: { position: 42 } },
      { checkpoint: one },
    ]
      .map((part) => JSON.stringify(part))
      .join('\n'),
  ],
  ['two e-mails', `${block}\nfrom another day:\n${block}`, 2],
  ['no checkpoint', 'Nothing to see\n{"title":"a task"}\n', 0],
] as const)
  test(`${what} has ${expected} checkpoint(s)`, async () => {
    const found = await readCheckpoints(linesOf(text));
    assert.equal(found.length, expected);
    if (expected > 0) assert.deepEqual(found[0], one);
  });

for (const [what, text] of [
  ['is cut off', block.slice(0, -2)],
  ['has a character too many', line.replace(',', ',,')],
  ['has an invalid field', JSON.stringify({ ...one, hash: one.hash.toUpperCase() })],
  ['is invalid in a page', JSON.stringify({ checkpoints: [one, { ...one, position: '41' }] })],
] as const)
  test(`a checkpoint that ${what} is an error`, async () => {
    await assert.rejects(readCheckpoints(linesOf(`${block}\n${text}`)), /a checkpoint can't be read/);
  });
