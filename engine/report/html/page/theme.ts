/** The colours that canvases are drawn in: custom properties of the page, which follow the reader's light or dark. */
export interface Theme {
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly surface: string;
  readonly accent: string;
  readonly wash: string;
  readonly gain: string;
  readonly loss: string;
  readonly warn: string;
  readonly font: string;
}

export function theme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const value = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    text: value('text'),
    muted: value('muted'),
    grid: value('grid'),
    surface: value('surface'),
    accent: value('accent'),
    wash: value('wash'),
    gain: value('gain'),
    loss: value('loss'),
    warn: value('warn'),
    font: getComputedStyle(document.body).fontFamily,
  };
}

/** Calls when the reader's system turns dark or light. */
export const onThemeChange = (changed: () => void): void =>
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
