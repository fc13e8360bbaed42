import { createNames, type Names, type NamesOptions } from '../../src/channels/transports/names/names.ts';

type Cleanup = { after: (hook: () => unknown) => void };

/** Resolves names for the time of a test, without a search list unless the test says otherwise. */
export function openNames(t: Cleanup, options: Partial<NamesOptions> = {}): Names {
  const names = createNames({ isSearched: false, ...options });
  t.after(() => names[Symbol.dispose]());
  return names;
}
