export const DATA_CODES = {
  E401: {
    severity: 'error',
    title: 'no data for symbol',
    explanation:
      'A strategy names a symbol for which the data folder has no file. Bars are read from one file per symbol, named after it: SPY.csv for SPY, BTC-USD.csv for BTC/USD. Put the file there, or leave the symbol out with --symbols.',
    wrong: 'symbols: [SPY, QQQ]        # the folder holds SPY.csv alone',
    right: 'symbols: [SPY]             # or add QQQ.csv to the folder',
  },
  E402: {
    severity: 'error',
    title: 'no market data there',
    explanation:
      'The path given with --data is neither a file nor a folder with CSV files. Give the folder that holds one CSV file per symbol, or one file.',
    wrong: 'engine backtest --data ./daat',
    right: 'engine backtest --data ./data',
  },
  E403: {
    severity: 'error',
    title: 'data file cannot be read',
    explanation:
      'The file is there, but the system does not let it be read. Check that it is a file, that you may read it, and that the disk is well.',
    wrong: '-rw------- root SPY.csv',
    right: '-rw-r--r-- you  SPY.csv',
  },
  E404: {
    severity: 'error',
    title: 'not a text file',
    explanation:
      'Bars are read from plain CSV in UTF-8. Compressed files, spreadsheets, Parquet and UTF-16 have to be turned into that first; the message says how.',
    wrong: 'SPY.csv that is really SPY.csv.gz',
    right: 'gunzip SPY.csv.gz',
  },
  E405: {
    severity: 'error',
    title: 'header without the columns of a bar',
    explanation:
      'The first line of the file must name its columns. Needed are the time and open, high, low and close; volume and vwap are read where they are there. Order and case do not matter, and usual names such as Date, Datetime, o, h, l, c, v are understood.',
    wrong: '2024-01-02,470.1,472.3,469.8,472.0,81000000',
    right: 'timestamp,open,high,low,close,volume\n2024-01-02,470.1,472.3,469.8,472.0,81000000',
  },
  E406: {
    severity: 'error',
    title: 'time without a zone',
    explanation:
      'The times in the file do not say which clock they were read from: 09:30 in New York and 09:30 in London are five hours apart. Say it with --tz, or write the zone into the file. Dates alone need no zone.',
    wrong: '2024-01-02 09:30:00,470.1,472.3,469.8,472.0,81000',
    right: 'engine backtest --data ./data --tz America/New_York',
  },
  E407: {
    severity: 'error',
    title: 'unknown time zone',
    explanation:
      'The zone given with --tz is not known. Use a name of the IANA list such as America/New_York or Europe/Paris, UTC, or an offset such as -05:00.',
    wrong: '--tz "New York"',
    right: '--tz America/New_York',
  },
  E408: {
    severity: 'error',
    title: 'no usable bar',
    explanation:
      'The file was read to its end and not one bar could be used: every row was faulty, or lay outside the session or outside the time asked for. The message names the commonest cause and the first line that shows it.',
    wrong: 'timestamp,open,high,low,close,volume\n02/01/2024,470,472,469,471,100',
    right: 'timestamp,open,high,low,close,volume\n2024-01-02,470,472,469,471,100',
  },
  E409: {
    severity: 'error',
    title: 'bars of an unknown size',
    explanation:
      'The distance between the rows is none of the sizes that bars can have: 1m, 5m, 15m, 30m, 1h, 2h, 4h, 1d, 1w. Export the bars again in one of these; larger ones are built from smaller ones when a strategy asks for them.',
    wrong: '09:30, 09:33, 09:36    # three minutes apart',
    right: '09:30, 09:31, 09:32    # one minute apart',
  },
  E410: {
    severity: 'warning',
    title: 'rows in quarantine',
    explanation:
      'Some rows of the file cannot be true: a price that is no number or not above 0, a high below the low, an open or close outside the range, the same time twice, times that run backwards, a price ten times its neighbours. They were left out, and every report counts them. The message names the commonest cause and the first line that shows it; mend the file if they matter. Rows that are merely out of order, each with a time of its own, are sorted instead, with a word in the report.',
    wrong: '2024-01-02T14:30:00Z,470,469,471,470,100    # high 469 below low 471',
    right: '2024-01-02T14:30:00Z,470,471,469,470,100',
  },
  E411: {
    severity: 'error',
    title: 'actions.csv cannot be understood',
    explanation:
      'The file of splits and dividends beside the bars has a row that cannot be meant. It is not skipped, because a lost split turns into a loss that never was. Each row is a date, a symbol, the new shares for one old one (or 3:2), and the dividend in dollars.',
    wrong: '2014-06-09,AAPL,seven,0',
    right: 'date,symbol,split,dividend\n2014-06-09,AAPL,7,0',
  },
  E412: {
    severity: 'error',
    title: 'bars too large for the rules',
    explanation:
      'A strategy decides on bars of its timeframe. Smaller bars are put together for it; larger ones cannot be taken apart, so rules for 15 minutes cannot run on bars of an hour.',
    wrong: 'timeframe: 15m     # and the CSV files hold hourly bars',
    right: 'timeframe: 1h',
  },
  E413: {
    severity: 'error',
    title: 'more than half of the rows are faulty',
    explanation:
      'More than half of the rows of the file would have to be left out: a price that is no number, a high below the low, the same time twice, and so on. A backtest on the rest would look like a result and be none. The message names the commonest cause and the first line that shows it. Often one cause holds for the whole file: two columns swapped, decimals with a comma, two exports one after the other.',
    wrong: 'timestamp,open,low,high,close,volume\n2024-01-02,470,472,469,471,100    # the header swaps high and low',
    right: 'timestamp,open,high,low,close,volume\n2024-01-02,470,472,469,471,100',
  },
  E414: {
    severity: 'error',
    title: 'no bars of a symbol that has come',
    explanation:
      'Rules that were edited while the engine runs name a symbol that it had no bars of. Its indicators are filled from its history before anything is decided, and the broker did not give that history. The former rules go on. Check the name, and whether the account may see its data.',
    wrong: 'symbols: [SPY, APPL]    # no such symbol',
    right: 'symbols: [SPY, AAPL]',
  },
} as const;
