import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { jobs, neededBy, root, text, workflow } from './workflow.ts';

const deployments = ['staging', 'production'];
const onlyMain = "github.event_name == 'push' && github.ref == 'refs/heads/main'";

describe('the workflow', () => {
  test('pins each action to a commit, and names its version', () => {
    const used = text.split('\n').filter((line) => /\buses:/.test(line));
    assert.ok(used.length > 0);
    assert.deepEqual(
      used.filter((line) => !/uses: [\w-]+\/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line)),
      [],
    );
  });

  test('pins one action to one commit', () => {
    const commits = Map.groupBy(
      [...new Set([...text.matchAll(/uses: (\S+)@(\S+)/g)].map(([, name, commit]) => `${name}@${commit}`))],
      (used) => used.split('@')[0],
    );
    assert.deepEqual(
      [...commits.values()].filter((found) => found.length > 1),
      [],
    );
  });

  test('gives each job only what it names, and one job write access to the registry', () => {
    assert.deepEqual(workflow.permissions, {});
    for (const [name, { permissions }] of jobs)
      assert.deepEqual(
        permissions,
        name === 'publish' ? { contents: 'read', packages: 'write' } : { contents: 'read' },
        name,
      );
  });

  test('limits the time of every job', () => {
    for (const [name, { 'timeout-minutes': minutes = Infinity }] of jobs)
      assert.ok(minutes <= 60, `${name}: ${minutes}`);
  });

  test('keeps no credentials in a checkout', () => {
    for (const [name, { steps }] of jobs)
      for (const { uses, with: given } of steps)
        if (uses?.startsWith('actions/checkout@')) assert.equal(given?.['persist-credentials'], false, name);
  });

  test('puts no expression into a script, where it could inject commands', () => {
    const scripts = jobs.flatMap(([, { steps }]) => steps.flatMap(({ run }) => run ?? []));
    assert.deepEqual(
      scripts.filter((script) => script.includes('${{')),
      [],
    );
  });

  test('gives secrets only to deployments, and has no trigger that runs untrusted changes with them', () => {
    assert.deepEqual(Object.keys(workflow.on).toSorted(), ['pull_request', 'push']);
    for (const [name, job] of jobs)
      assert.equal(/\$\{\{\s*secrets\b/.test(JSON.stringify(job)), deployments.includes(name), name);
  });

  test('calls npm scripts that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const commands = jobs.flatMap(([, { steps }]) => steps.flatMap(({ run }) => run ?? [])).join('\n');
    const called = [...commands.matchAll(/\bnpm (?:run (?:--silent )?([a-z:-]+)|(test))/g)].flatMap(
      ([, script, test]) => script ?? test ?? [],
    );
    assert.ok(called.includes('test') && called.includes('check'), called.join(' '));
    assert.deepEqual(
      called.filter((name) => !(name in scripts)),
      [],
    );
  });
});

describe('the images', () => {
  const dockerfiles = globSync('{services/*,gateway,release-job}/Dockerfile', { cwd: root }).toSorted();
  for (const name of ['images', 'publish']) {
    test(`${name} has every Dockerfile, named after its directory`, () => {
      const matrix = workflow.jobs[name]?.strategy?.matrix.include ?? [];
      for (const { image, dockerfile } of matrix) assert.equal(dockerfile.split('/').at(-2), image);
      const named = matrix.map(({ dockerfile }) => dockerfile).toSorted();
      assert.deepEqual(
        dockerfiles.filter((path) => !named.includes(path)),
        [],
      );
      if (dockerfiles.length > 0) assert.deepEqual(named, dockerfiles);
    });
  }
});

describe('a release', () => {
  test('is published after every test, only from main, with its bill of materials and provenance', () => {
    const needed = neededBy('publish');
    const tests = jobs
      .map(([name]) => name)
      .filter((name) => name !== 'publish' && !deployments.includes(name));
    assert.deepEqual(
      tests.filter((name) => !needed.has(name)),
      [],
    );
    assert.equal(workflow.jobs['publish']?.if, onlyMain);
    const built = workflow.jobs['publish']?.steps.find(({ uses }) =>
      uses?.includes('build-push-action'),
    )?.with;
    assert.deepEqual([built?.['sbom'], built?.['provenance']], [true, 'mode=max']);
    assert.match(String(built?.['outputs']), /push-by-digest=true/);
  });

  for (const name of deployments) {
    test(`goes to ${name} after publication, one release at a time`, () => {
      const job = workflow.jobs[name];
      assert.equal(job?.environment?.name, name);
      assert.deepEqual(job?.concurrency, { group: `deploy-${name}`, 'cancel-in-progress': false });
      assert.equal(job?.if, onlyMain);
      assert.ok(neededBy(name).has('publish'));
    });
  }

  test('goes to production after staging', () => {
    assert.ok(neededBy('production').has('staging'));
  });
});
