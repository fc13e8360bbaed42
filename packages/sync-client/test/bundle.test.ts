import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const src = join(import.meta.dirname, '../src');

test('a browser bundle of the client consists of its own files and is smaller than 3 KB gzipped', async () => {
  const { metafile, outputFiles } = await build({
    entryPoints: [join(src, 'sync-client.ts')],
    absWorkingDir: src,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    minify: true,
    metafile: true,
    write: false,
  });
  assert.deepEqual(Object.keys(metafile.inputs).toSorted(), [
    'connection.ts',
    'feed.ts',
    'protocol.ts',
    'sequence.ts',
    'signed-out-error.ts',
    'sync-client.ts',
    'timers.ts',
  ]);
  const bytes = gzipSync(outputFiles[0]?.contents ?? '').length;
  assert.ok(bytes > 0 && bytes < 3_000, `${bytes} bytes gzipped`);
});
