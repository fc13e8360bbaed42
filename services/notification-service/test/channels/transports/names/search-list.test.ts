import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { searchedNames } from '../../../../src/channels/transports/names/search-list.ts';
import { writeTempFile } from '../../../support/temp-file.ts';

const kubernetes = `search rondo.svc.cluster.local svc.cluster.local cluster.local
nameserver 10.96.0.10
options ndots:5
`;

describe('the search list', () => {
  const cases: [what: string, text: string, host: string, names: string[]][] = [
    [
      'a Service of the own namespace',
      kubernetes,
      'smtp',
      ['smtp.rondo.svc.cluster.local', 'smtp.svc.cluster.local', 'smtp.cluster.local', 'smtp'],
    ],
    [
      'a name with fewer dots than ndots, although it may exist outside',
      kubernetes,
      'relay.dev',
      [
        'relay.dev.rondo.svc.cluster.local',
        'relay.dev.svc.cluster.local',
        'relay.dev.cluster.local',
        'relay.dev',
      ],
    ],
    ['an absolute name', kubernetes, 'relay.dev.', ['relay.dev.']],
    ['a name with a dot, by default', 'search fritz.box\n', 'nas.home', ['nas.home', 'nas.home.fritz.box']],
    ['a name without a dot, by default', 'domain fritz.box.\n', 'nas', ['nas.fritz.box', 'nas']],
    ['the last list of several', 'search a.example\nsearch b.example\n', 'nas', ['nas.b.example', 'nas']],
    ['no list', '# nothing\nnameserver 192.0.2.53\n', 'nas', ['nas']],
  ];
  for (const [what, text, host, names] of cases)
    test(`has the names of ${what}`, async (t) => {
      assert.deepEqual(searchedNames(host, await writeTempFile(t, text)), names);
    });

  test('is empty without the file', () => {
    assert.deepEqual(searchedNames('nas', '/nonexistent/resolv.conf'), ['nas']);
  });
});
