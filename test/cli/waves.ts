/** CSV of clock hours of New York sessions, prices on a slow wave: enough for averages of 20 to cross. */
export const waves = (sessions: number): string => {
  const rows = ['timestamp,open,high,low,close,volume'];
  let bar = 0;
  for (let day = 0; rows.length < sessions * 6; day += 1) {
    const date = new Date(Date.UTC(2023, 5, 1 + day));
    if (date.getUTCDay() % 6 === 0 || ['2023-06-19', '2023-07-04'].includes(date.toISOString().slice(0, 10))) continue;
    for (let hour = 14; hour < 20; hour += 1) {
      const at = (n: number): number => Math.round((100 + 8 * Math.sin(n / 9)) * 100) / 100;
      const [open, close] = [at(bar), at(bar + 1)];
      const high = Math.max(open, close) + 0.25;
      const low = Math.min(open, close) - 0.25;
      rows.push(
        `${date.toISOString().slice(0, 10)}T${hour}:00:00Z,${open},${high.toFixed(2)},${low.toFixed(2)},${close},${1000 + bar}`,
      );
      bar += 1;
    }
  }
  return `${rows.join('\n')}\n`;
};
