import { parser } from '@prometheus-io/lezer-promql';

/** A series that a query selects, with its label matchers. */
export type QueriedSeries = { name: string; matchers: { label: string; op: string; value: string }[] };

export type Query = {
  /** The offsets of syntax errors in the text. */
  errors: number[];
  series: QueriedSeries[];
  /** The labels that it groups or joins by. */
  groupings: string[];
};

/** Parses a query with the parser of Prometheus' editor. Replaces Grafana's variables with example values. */
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
