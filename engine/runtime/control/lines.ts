/**
 * Cuts what comes through a socket into lines.
 * @param longest bytes of a line without its end
 * @param take called with every line
 * @param overflow called once when a line grows longer; nothing is taken after it
 */
export function lineReader(
  longest: number,
  take: (line: string) => void,
  overflow: () => void,
): (chunk: Buffer) => void {
  let pieces: Buffer[] = [];
  let length = 0;
  let over = false;
  return (chunk) => {
    let from = 0;
    while (!over) {
      const end = chunk.indexOf(0x0a, from);
      const piece = chunk.subarray(from, end < 0 ? undefined : end);
      length += piece.length;
      if (length > longest) {
        over = true;
        pieces = [];
        overflow();
        return;
      }
      pieces.push(piece);
      if (end < 0) return;
      const line = Buffer.concat(pieces).toString('utf8');
      pieces = [];
      length = 0;
      from = end + 1;
      if (line.trim() !== '') take(line);
    }
  };
}
