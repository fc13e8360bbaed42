import assert from 'node:assert/strict';
import { utimes, writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { createHostsFile } from '../../../../src/channels/transports/names/hosts-file.ts';
import { writeTempFile } from '../../../support/temp-file.ts';

describe('the hosts file', () => {
  test('has every address and every name of a line, in any case', async (t) => {
    const path = await writeTempFile(
      t,
      '# names\n10.0.0.7\tNas nas.example # mine\n::1 localhost6\nfd00::7 nas\nnot-an-address nas\n',
    );
    const find = createHostsFile(path);
    const both = [
      { address: '10.0.0.7', family: 4 },
      { address: 'fd00::7', family: 6 },
    ];
    assert.deepEqual(find('nas'), both);
    assert.deepEqual(find('NAS.'), both);
    assert.deepEqual(find('nas.example'), both.slice(0, 1));
    assert.deepEqual(find('mine'), []);
    assert.deepEqual(find('example'), []);
  });

  test('is read again after it changed, and may be missing', async (t) => {
    const path = await writeTempFile(t, '10.0.0.7 nas\n');
    const find = createHostsFile(path);
    assert.equal(find('nas')[0]?.address, '10.0.0.7');
    await writeFile(path, '10.0.0.8 nas\n');
    await utimes(path, 0, 0);
    assert.equal(find('nas')[0]?.address, '10.0.0.8');
    assert.deepEqual(createHostsFile('/nonexistent/hosts')('nas'), []);
  });

  test('gives localhost the loopback addresses, unless it has others', async (t) => {
    const find = createHostsFile(await writeTempFile(t, '127.0.0.9 localhost\n'));
    const addressesOf = (host: string) => find(host).map(({ address }) => address);
    assert.deepEqual(addressesOf('localhost'), ['127.0.0.9']);
    assert.deepEqual(addressesOf('app.localhost'), ['127.0.0.1', '::1']);
    assert.deepEqual(addressesOf('notlocalhost'), []);
  });
});
