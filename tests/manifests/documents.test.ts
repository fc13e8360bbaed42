import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { commandsOf, pages } from './documented-commands.ts';
import { root } from './manifest.ts';

/** Commands that have no namespace: they change no object in one, or their files name it. */
const withoutNamespace =
  /^kubectl (apply (-k|-f|--filename|--dry-run)|kustomize|get (nodes|clusterissuer)|config)\b/;

describe('the commands in the documents', () => {
  for (const page of pages) {
    const calls = commandsOf(page).flatMap(
      (command) => command.match(/(?<=^|[|&;(] *)kubectl [^|&;()]*/g) ?? [],
    );

    test(`${page} names the namespace in each kubectl command`, () => {
      assert.deepEqual(
        calls.filter((call) => !/^kubectl --namespace [a-z-]+ /.test(call) && !withoutNamespace.test(call)),
        [],
      );
    });

    test(`${page} applies no overlay of a cloud directly, because it holds placeholders`, () => {
      const applied = calls.flatMap((call) => /^kubectl apply -k (\S+)/.exec(call)?.[1] ?? []);
      for (const directory of applied) {
        assert.ok(existsSync(join(root, directory, 'kustomization.yaml')), directory);
        assert.ok(!existsSync(join(root, directory, 'addresses.yaml')), directory);
      }
    });

    test(`${page} names scripts that exist`, () => {
      for (const command of commandsOf(page))
        for (const [script] of command.matchAll(/(?<![\w./])(?:scripts|k8s\/secrets)\/[\w-]+\.(?:sh|ts)\b/g))
          assert.ok(existsSync(join(root, script)), script);
    });
  }
});
