/** What `engine new --from blank` writes: the smallest strategy that trades, its keys explained. */
export const BLANK_STRATEGY = `# yaml-language-server: $schema=../schemas/strategy.schema.json
# One file is one strategy. Save it, then: engine validate
id: blank
description: Say in a sentence what it does.
enabled: true

# What it trades, on bars of which size (1m 5m 15m 30m 1h 2h 4h 1d 1w), with how many dollars.
symbols:
  - AAPL
timeframe: 1h
capital: 10000

# Names for numbers, so that rules read like sentences. All there are: engine indicators
indicators:
  average: sma(close, 20)

# When to go in, and how much to buy.
entry:
  long:
    when: crosses_above(close, average)
    size:
      purse_pct: 50        # percent of this strategy's own money

# When to get out: a rule, and a stop set from the price that was paid.
exit:
  when: crosses_below(close, average)
  stop_loss:
    pct: 3
`;
