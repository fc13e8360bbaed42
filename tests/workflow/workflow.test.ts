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

describe('the bases of images', () => {
  test('are resolved to digests once, for the images that are scanned and for those that are published', () => {
    for (const name of ['images', 'publish']) {
      const job = workflow.jobs[name];
      assert.ok([job?.needs ?? []].flat().includes('bases'), name);
      const builds = job?.steps.filter(({ uses }) => uses?.includes('build-push-action')) ?? [];
      assert.equal(builds.length, 1, name);
      assert.match(
        String(builds[0]?.with?.['build-args']),
        /\$\{\{ needs\.bases\.outputs\.build-args \}\}/,
        name,
      );
    }
    const [resolve] =
      workflow.jobs['bases']?.steps.filter(({ run }) => run?.includes('resolve-bases.sh')) ?? [];
    assert.match(String(resolve?.run), /GITHUB_OUTPUT/);
    assert.match(String(resolve?.run), /bases\.txt/, 'recorded with the release');
  });

  test('are arguments of each Dockerfile, which builds from nothing else', () => {
    for (const path of globSync('{services/*,gateway,release-job}/Dockerfile', { cwd: root })) {
      const lines = readFileSync(join(root, path), 'utf8').split('\n');
      assert.deepEqual(
        lines.filter((line) => line.startsWith('FROM ')),
        ['FROM ${BUILD_BASE} AS build', 'FROM ${RUNTIME_BASE}'],
        path,
      );
    }
  });
});

describe('a job', () => {
  test('that has access to a cluster or to the registry runs no script of a package', () => {
    const trusted = jobs.filter(
      ([, job]) =>
        /\$\{\{\s*secrets\b/.test(JSON.stringify(job)) || job.permissions?.['packages'] === 'write',
    );
    assert.deepEqual(
      trusted.map(([name]) => name),
      ['publish', ...deployments],
    );
    for (const [name, { steps }] of trusted)
      for (const { run = '' } of steps)
        for (const [command] of run.matchAll(/\bnpm (?:ci|install|i|rebuild|exec)\b.*|\bnpx\b.*/g))
          assert.match(command, /^npm ci .*--ignore-scripts/, name);
  });

  test('looks for known vulnerabilities of dependencies and for committed secrets, without credentials', () => {
    const { steps = [], permissions } = workflow.jobs['scan'] ?? {};
    assert.deepEqual(permissions, { contents: 'read' });
    assert.ok(steps.some(({ run }) => /^npm audit --package-lock-only --audit-level=high$/.test(run ?? '')));
    const scan = steps.find(({ uses }) => uses?.includes('trivy-action'))?.with;
    assert.deepEqual(
      [scan?.['scan-type'], scan?.['scanners'], scan?.['exit-code']],
      ['fs', 'vuln,secret', '1'],
    );
    assert.ok(steps.every(({ run }) => !/\bnpm (?:ci|install)\b/.test(run ?? '')));
  });
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
