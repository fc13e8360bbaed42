import { after, test } from 'node:test';
import { v7 } from 'uuid';
import { startTestService } from '@rondo/shared/test/service';
import { todoService } from '../../src/service.ts';
const { person } = await startTestService({ after }, todoService);
test('probe', async () => {
  const ada = await person();
  for (const title of ['see example.com/foo now', 'mail bob@example.com', 'pay 3.14 to v1.2.3', 'Ärger Ö', 'हिन्दी में', 'well-known /usr/local', "don't", 'ΣΊΣΥΦΟΣ', 'İstanbul', 'a'.repeat(200), '漢字テスト', 'C++ C#', 'snake_case', 'cafe\u0301', '-5 degrees', '<b>bold</b>', '&amp; x'])
    await ada.call('POST', '/api/v1/tasks', { title });
  const b = (x: unknown) => Buffer.from(JSON.stringify(x)).toString('base64url');
  for (const p of [
    'q=example', 'q=example.com', 'q=example.com/foo', 'q=foo', 'q=bob', 'q=bob@exam','q=bob@example.com', 'q=3.14', 'q=1.2.3', 'q=v1', 'q=ärger', 'q=हिन्दी', 'q=हिन', 'q=known', 'q=well-kn', 'q=well-known', 'q=local', "q=don't", 'q=σίσυφος', 'q=istanbul', 'q=İstanbul', 'q=漢字', 'q=漢字テスト', 'q=c%2B%2B', 'q=snake_case','q=case', 'q=cafe\u0301', 'q=café', 'q=5', 'q=-5', 'q=bold', 'q=amp','q=','q=%20', 'q=...',
    'list=%00', 'label=%00', 'label=x', 'label=', 'list=', 'label=a&label=b', 'q=%00', 'q=a&q=b',
    'due_after=0000-01-01', 'due_before=9999-12-31T23:59:59-12:00', 'due_after=2026-01-01T23:59:60Z', 'due_after=2016-12-31T23:59:60Z','due_after=2026-01-01T00:00:00', 'due_after=',
    'parent_id=' + v7().toUpperCase(), 'parent_id=x',
    'cursor=' + b(['created', 'x', 'y']), 'cursor=' + b(['created', 5, 6]), 'sort=due&cursor=' + b(['due', 'x', v7()]), 'sort=priority&cursor=' + b(['priority', 'x', v7()]), 'sort=priority&cursor=' + b(['priority', 1e10, v7()]), 'cursor=' + b(['created', '\u0000', v7()]),'cursor=' + b({}), 'cursor=' + b(null), 'cursor=', 'cursor=' + b(['priority', 1, v7()]),
    'trash=yes', 'trash=1', 'sort=updated', 'limit=0', 'limit=101', 'limit=x', 'limit=1.5', 'offset=-1', 'limit=1e1', 'offset=1000001', 'foo=bar',
  ]) {
    const r = await ada.call<any>('GET', `/api/v1/tasks?${p.startsWith('q=') && !p.includes('%') ? 'q=' + encodeURIComponent(p.slice(2)) : p}`);
    console.log(p.slice(0, 60), r.status, r.status === 200 ? JSON.stringify(r.body.tasks.map((t: any) => t.title)).slice(0, 80) + r.body.total : JSON.stringify(r.body.errors ?? r.body));
  }
  for (const p of ['snapshot?cursor=' + b(['snapshot', 'x', 'y']), 'snapshot?cursor=' + b(['snapshot', 1, 'y']), 'snapshot?limit=5001', 'changes', 'changes?since=-1', 'changes?since=x', 'changes?since=9007199254740993', 'changes?since=0&limit=0', `tasks/${v7()}`, `tasks/${v7()}/history`, `tasks/x/history`, `tasks/${v7()}/versions/1`, `tasks/${v7()}/versions/x`, `tasks/${v7()}/versions/9007199254740991`]) {
    const r = await ada.call<any>('GET', `/api/v1/${p}`);
    console.log(p.slice(0, 60), r.status, JSON.stringify(r.body).slice(0, 150));
  }
  for (const d of ['0000-01-01', '9999-12-31T23:59:59-12:00', '2016-12-31T23:59:60Z', '0001-01-01T00:00:00+12:00'])
    for (const f of ['due_date', 'reminder_time', 'start']) { const r = await ada.call<any>('POST', '/api/v1/tasks', { title: 'x', [f]: d }); console.log(f, d, r.status, JSON.stringify(r.body).slice(0, 100)); }
});
