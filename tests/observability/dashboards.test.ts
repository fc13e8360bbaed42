import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { topics } from '@rondo/shared/contracts/topics';
import { describeServices } from '../../scripts/describe-services.ts';
import { readPromql } from '../support/promql.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

type Rule = {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; runbook_url: string };
};
type Panel = {
  id: number;
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string; legendFormat: string }[];
};

const rules = (
  parse(read('k8s/observability/prometheus-rules.yaml')) as { spec: { groups: { rules: Rule[] }[] } }
).spec.groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(read('k8s/observability/grafana-dashboard.json')) as {
  panels: Panel[];
  templating: { list: { type: string; query: string }[] };
};
const operations = read('docs/operations.md');

const services = await describeServices();
const labelsOf = new Map<string, Set<string>>();
for (const { name, labels } of services.flatMap(({ series }) => series))
  labelsOf.set(name, new Set([...(labelsOf.get(name) ?? []), ...labels]));

/** Returns what is wrong with a query: its syntax, or a series, label or value that no service has. */
function faultsOf(expr: string): string[] {
  const { errors, series, groupings } = readPromql(expr);
  const known = new Set(series.flatMap(({ name }) => [...(labelsOf.get(name) ?? [])]));
  return [
    ...errors.map((at) => `invalid PromQL at ${at}`),
    ...(series.length === 0 ? ['it selects no series'] : []),
    ...groupings.filter((label) => !known.has(label)).map((label) => `no series has the label ${label}`),
    ...series.flatMap(({ name, matchers }) => {
      const labels = labelsOf.get(name);
      if (!labels) return [`no service measures ${name || 'a series without a name'}`];
      return [
        ...matchers.filter(({ label }) => !labels.has(label)).map(({ label }) => `${name} has no ${label}`),
        ...matchers.flatMap(({ label, op, value }) => faultsOfValue(name, { label, op, value })),
      ];
    }),
  ];
}

function faultsOfValue(
  name: string,
  { label, op, value }: { label: string; op: string; value: string },
): string[] {
  if (op !== '=') return [];
  if (label === 'topic' && !(Object.values(topics) as string[]).includes(value)) return [`no topic ${value}`];
  if (label !== 'service') return [];
  const service = services.find((candidate) => candidate.service === value);
  return service?.series.some((series) => series.name === name) ? [] : [`${value} has no ${name}`];
}

const shown = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ where: `the panel "${title}"`, expr })),
);
const alerted = rules.map(({ alert, expr }) => ({ where: `the alert ${alert}`, expr }));
const documented = [...operations.matchAll(/^```promql\n([\s\S]*?)^```$/gm)].map(([, expr = ''], index) => ({
  where: `query ${index + 1} of docs/operations.md`,
  expr,
}));

describe('each query selects series that services expose', () => {
  for (const { where, expr } of [...shown, ...alerted, ...documented]) {
    test(where, () => assert.deepEqual(faultsOf(expr), []));
  }

  test('panels, alerts and documents have queries', () => {
    for (const queries of [shown, alerted, documented]) assert.ok(queries.length > 0);
  });

  test('a wrong query is found', () => {
    for (const [expr, fault] of [
      ['sum(rate(rondo_outbox_published_total[5m])', /invalid PromQL/],
      ['rondo_outbox_publishd_total', /no service measures/],
      ['rondo_outbox_events{replica="a"}', /has no replica/],
      ['sum by (topik) (rondo_delivered_events_total)', /label topik/],
      ['rondo_outbox_events{service="websocket-service"}', /websocket-service has no/],
      ['rondo_delivered_events_total{topic="tasks"}', /no topic/],
    ] as const)
      assert.match(faultsOf(expr).join(), fault);
  });
});

test('every metric of Rondo is on the dashboard or in an alert', () => {
  const used = new Set(
    [...shown, ...alerted].flatMap(({ expr }) => readPromql(expr).series.map(({ name }) => name)),
  );
  const unused = [...labelsOf.keys()].filter(
    (name) =>
      name.startsWith('rondo_') &&
      !['_bucket', '_count', '_sum', ''].some((ending) =>
        used.has(`${name.replace(/_(bucket|count|sum)$/, '')}${ending}`),
      ),
  );
  assert.deepEqual(unused, []);
});

test('panels do not overlap, and each has a query', () => {
  const panels = dashboard.panels;
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, n) => `${x + (n % w)} ${y + Math.floor(n / w)}`),
  );
  assert.equal(new Set(cells).size, cells.length, 'two panels overlap');
  assert.deepEqual(
    panels.filter(({ type, targets = [] }) => type !== 'row' && targets.length === 0),
    [],
  );
  for (const { query } of dashboard.templating.list.filter(({ type }) => type === 'query')) {
    const [, name = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(query) ?? [];
    assert.ok(labelsOf.get(name)?.has(label), query);
  }
});

describe('each alert', () => {
  const runbooks = [...operations.matchAll(/^### (Rondo\w+)$/gm)].map(([, name = '']) => name);

  test('has a runbook, and each runbook belongs to an alert', () => {
    assert.deepEqual(runbooks.toSorted(), rules.map(({ alert }) => alert).toSorted());
  });

  for (const { alert, annotations, labels } of rules) {
    test(`${alert} links to its runbook and has a severity`, () => {
      assert.equal(annotations.runbook_url, `docs/operations.md#${alert.toLowerCase()}`);
      assert.ok(['critical', 'warning', 'info'].includes(labels.severity));
      assert.ok(annotations.summary.length > 0);
    });
  }

  test("has a runbook with the sections Means, Look, Do and Don't", () => {
    for (const section of operations.split(/^### (?=Rondo)/m).slice(1)) {
      const parts = [...section.matchAll(/^- \*\*(.+?)\*\*/gm)].map(([, part]) => part);
      assert.deepEqual(parts, ['Means', 'Look', 'Do', "Don't"], section.split('\n')[0]);
    }
  });
});
