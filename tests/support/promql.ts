import { parser } from '@prometheus-io/lezer-promql';

/** A series that a query asks for, with what it asks of its labels. */
export type QueriedSeries = { name: string; matchers: { label: string; op: string; value: string }[] };

export type Query = {
  /** Where the query is no PromQL: offsets in its text. */
  errors: number[];
  series: QueriedSeries[];
  /** The labels that it groups or joins by. */
  groupings: string[];
};

/** Reads a query as Prometheus' own editor does. Grafana's variables stand for what they may become. */
export function readPromql(text: string): Query {
  const query = text.replaceAll('$__rate_interval', '5m').replaceAll('$service', '.+');
  const found: Query = { errors: [], series: [], groupings: [] };
  const textOf = (node: { from: number; to: number }) => query.slice(node.from, node.to);
  parser.parse(query).iterate({
    enter({ type, from, node }) {
      if (type.isError) found.errors.push(from);
      if (type.name === 'GroupingLabels')
        found.groupings.push(...node.getChildren('LabelName').map((label) => textOf(label)));
      if (type.name !== 'VectorSelector') return;
      const name = node.getChild('Identifier');
      const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
      found.series.push({
        name: name ? textOf(name) : '',
        matchers: matchers.map((matcher) => {
          const [label = '', op = '', value = ''] = ['LabelName', 'MatchOp', 'StringLiteral'].map((kind) => {
            const part = matcher.getChild(kind);
            return part ? textOf(part) : '';
          });
          return { label, op, value: value.slice(1, -1) };
        }),
      });
    },
  });
  return found;
}
