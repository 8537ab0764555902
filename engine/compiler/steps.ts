/** Work in small parts, so that whoever has it done can do other things in between: a running engine's bars do not wait for it. */
export type Steps<T> = Generator<void, T, void>;

/** Does all of it at once. */
export function drain<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
