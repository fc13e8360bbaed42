/** Lengths in milliseconds. A day is a day of the calendar without a clock change. */
export const secondMs = 1_000;
export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const dayMs = 86_400_000;
