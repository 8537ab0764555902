// Runs in a thread of its own; plain JavaScript, so that it starts from the sources as it does from the build. It hashes the
// parts of the shared buffers that it is told of, in turn, and answers each with the buffer's number, and no part with the digest.
import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';

/** @type {{ readonly buffers: readonly Uint8Array[], readonly first: string }} */
const { buffers, first } = workerData;
const hash = createHash('sha256').update(first);

parentPort?.on('message', (part) => {
  if (part === undefined) parentPort?.postMessage(hash.digest('hex'));
  else {
    hash.update(buffers[part.number].subarray(part.from, part.to));
    parentPort?.postMessage(part.number);
  }
});
