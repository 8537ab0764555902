/** Text out of a file, fit for a screen: control characters, which could drive a terminal, become dots. */
export const plainText = (text: string): string => text.replace(/\p{Cc}/gu, '·');
