/** The clocks of replicas may differ by less than this. A time that is further in the future was stored by a clock that was ahead. */
export const maxClockDifferenceMs = 50_000;
