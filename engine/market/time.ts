/** A point in time: milliseconds since the Unix epoch, UTC. */
export type Instant = number & { readonly __instant: unique symbol };

/** Brands a number of milliseconds since the epoch. */
export const instant = (milliseconds: number): Instant => milliseconds as Instant;

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;
