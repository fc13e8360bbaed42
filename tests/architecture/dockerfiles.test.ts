import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { labImages, releasedImages, root } from '../../scripts/images/image-list.ts';
import { copiedPaths } from '../../scripts/images/inputs.ts';
import { publicBases } from '../../scripts/images/stand-ins.ts';
import { podLimit } from '../support/pod.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const services = releasedImages.filter(({ dockerfile }) => dockerfile.startsWith('services/'));

describe('each Dockerfile', () => {
  for (const { name, dockerfile, bases } of [...releasedImages, ...labImages]) {
    test(`${dockerfile} takes its base images as arguments that default to the public ones`, () => {
      const text = read(dockerfile);
      for (const [argument, base] of Object.entries(bases))
        assert.ok(
          text.includes(`\nARG ${argument}=${publicBases[base]}\n`),
          `${argument} is ${publicBases[base]}`,
        );
      assert.deepEqual(
        [...text.matchAll(/^FROM (\S+)/gm)].map(([, from]) => from),
        Object.keys(bases).map((argument) => `\${${argument}}`),
      );
      assert.match(text, /^USER 10001:10001$/m);
      assert.match(text, new RegExp(`title="rondo/${name}"`));
    });

    test(`${dockerfile} copies paths that exist`, () => {
      const paths = copiedPaths(read(dockerfile));
      assert.ok(paths.length > 0);
      assert.deepEqual(
        paths.filter((path) => !existsSync(join(root, path))),
        [],
      );
    });
  }

  // Docker has no includes, so each service repeats the text. This test keeps the copies equal.
  for (const { name, dockerfile } of services) {
    test(`${dockerfile} equals that of Todo except for names, ports, heap and migrations`, () => {
      const generic = (text: string, service: string) =>
        text
          .replaceAll(service, 'NAME')
          .replaceAll(/\b(80|91)0\d\b/g, '$10N')
          .replaceAll(/(?<=--max-(?:old|semi)-space-size=)\d+/g, 'HEAP')
          .replace(/^COPY services\/NAME\/migrations .*\n/m, '');
      assert.equal(
        generic(read(dockerfile), name),
        generic(read('services/todo-service/Dockerfile'), 'todo-service'),
      );
    });

    test(`${dockerfile} leaves at least half of the pod to what is not in the heap`, () => {
      const heap = Number(/--max-old-space-size=(\d+)/.exec(read(dockerfile))?.[1]);
      const pod = podLimit(name) / 1024 ** 2;
      assert.ok(heap > 0 && heap <= pod / 2, `${heap} of ${pod} MiB`);
    });
  }
});
