/** Why a journal cannot be used. */
export type RefusalKind =
  /** The native library is not built. */
  | 'unavailable'
  /** The folder or its files cannot be read or written. */
  | 'files'
  /** Bytes that are not what was written, or no journal at all. */
  | 'damaged'
  /** Written by a later version of the engine. */
  | 'newer'
  /** Another engine runs on this folder. */
  | 'locked'
  /** What the journal holds does not fit what is asked for now. */
  | 'differs';

/** A journal that cannot be used: one sentence, and a way out. Nothing was changed. */
export interface Refusal extends Error {
  readonly refusal: RefusalKind;
  readonly help: string;
}

export const refuse = (refusal: RefusalKind, message: string, help: string): Refusal =>
  Object.assign(new Error(message), { refusal, help });

export const isRefusal = (error: unknown): error is Refusal =>
  error instanceof Error && typeof (error as Partial<Refusal>).refusal === 'string';
