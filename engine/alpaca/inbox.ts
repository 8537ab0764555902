/** Messages on their way from a socket's listener, which must neither throw nor take long, to whoever works on them. */
export interface Inbox<T> {
  put(item: T): void;
  /** What has not been taken yet is forgotten, and nothing more is given. */
  close(): void;
}

/**
 * Gives items on in their order, from the loop's next turn on. What `take` throws is thrown there, as any fault of the program
 * is; the items behind it are given all the same.
 */
export function createInbox<T>(take: (item: T) => void): Inbox<T> {
  let items: T[] = [];
  let waiting = false;
  let closed = false;

  const drain = (): void => {
    waiting = false;
    const turn = items;
    items = [];
    let given = 0;
    try {
      while (given < turn.length && !closed) take(turn[given++]!);
    } finally {
      // Only a fault leaves some.
      if (given < turn.length && !closed) {
        items = [...turn.slice(given), ...items];
        wait();
      }
    }
  };
  const wait = (): void => {
    if (waiting || closed) return;
    waiting = true;
    setImmediate(drain);
  };

  return {
    put(item) {
      if (closed) return;
      items.push(item);
      wait();
    },
    close() {
      closed = true;
      items = [];
    },
  };
}
