/** Reads the current metrics of a service, by series: `name{label="value",…}`, without the label `service`. */
export async function samplesAt(metricsUrl: string): Promise<Map<string, number>> {
  const text = await (await fetch(metricsUrl)).text();
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => {
      const at = line.lastIndexOf(' ');
      const series = line
        .slice(0, at)
        .replace(/,?service="[^"]*"/, '')
        .replace('{}', '')
        .replace('{,', '{');
      return [series, Number(line.slice(at + 1))];
    }),
  );
}
