import type { DateOrder } from '@rondo/shared/contracts/task';

/** A cache, because asking the runtime is slow. Tokens have few locales. */
const known = new Map<string, DateOrder>();
const maxKnown = 1_000;

/** Whether a locale (BCP 47) writes the day or the month first; `mdy` without a valid one. */
export function dateOrderOf(locale: string | null): DateOrder {
  if (locale === null) return 'mdy';
  // OpenID Connect Core 1.0 section 5.1 allows "en_US", too.
  const tag = locale.replaceAll('_', '-');
  let order = known.get(tag);
  if (order === undefined) {
    order = orderOf(tag);
    if (known.size < maxKnown) known.set(tag, order);
  }
  return order;
}

function orderOf(tag: string): DateOrder {
  try {
    const parts = new Intl.DateTimeFormat(tag).formatToParts(0).map(({ type }) => type);
    return parts.indexOf('day') < parts.indexOf('month') ? 'dmy' : 'mdy';
  } catch {
    return 'mdy';
  }
}
