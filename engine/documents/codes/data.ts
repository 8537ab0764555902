export const DATA_CODES = {
  E401: {
    severity: 'error',
    title: 'no data for symbol',
    explanation: '',
    wrong: '',
    right: '',
  },
} as const;
