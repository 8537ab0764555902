;; Reads rows of the usual kind: a stamp YYYY-MM-DDTHH:MM:SSZ, numbers of digits and a point, prices that agree. WebAssembly, since
;; most files are read once: it is fast from its first call on and the same in both threads. `csv-plain-rows.ts` drives it.
;;
;; Memory, in bytes:
;;   0x0000  the powers of ten from 0 to 15, doubles
;;   0x0800  for each field of a row the address of the column that it goes to; 0 for a field that is skipped
;;   0x2000  columns of 4096 doubles: open, high, low, close, volume, vwap, time (ms since 1970)
;;   0x3A000 the numbers of rows that are breaks
;;   0x40000 the text; a read may look at eight bytes behind its end
(module
  (memory (export "memory") 9)

  ;; Behind the last row that was read.
  (global $end (export "end") (mut i32) (i32.const 0))

  ;; How many of those rows are breaks.
  (global $breaks (export "breaks") (mut i32) (i32.const 0))

  (func $digit (param $at i32) (result i32)
    (i32.sub (i32.load8_u (local.get $at)) (i32.const 48)))

  ;; Two digits as a number; far above any field of a time when they are none.
  (func $pair (param $at i32) (result i32)
    (local $tens i32) (local $ones i32)
    (local.set $tens (call $digit (local.get $at)))
    (local.set $ones (call $digit (i32.add (local.get $at) (i32.const 1))))
    (if (result i32) (i32.and (i32.le_u (local.get $tens) (i32.const 9)) (i32.le_u (local.get $ones) (i32.const 9)))
      (then (i32.add (i32.mul (local.get $tens) (i32.const 10)) (local.get $ones)))
      (else (i32.const 10000))))

  (func $isByte (param $at i32) (param $byte i32) (result i32)
    (i32.eq (i32.load8_u (local.get $at)) (local.get $byte)))

  (func $daysInMonth (param $year i32) (param $month i32) (result i32)
    (if (result i32) (i32.eq (local.get $month) (i32.const 2))
      (then
        (i32.add (i32.const 28)
          (i32.and (i32.eqz (i32.rem_u (local.get $year) (i32.const 4)))
            (i32.or (i32.ne (i32.rem_u (local.get $year) (i32.const 100)) (i32.const 0))
                    (i32.eqz (i32.rem_u (local.get $year) (i32.const 400)))))))
      (else
        (i32.add (i32.const 30)
          (i32.and (i32.const 1)
            (i32.add (local.get $month) (i32.shr_u (local.get $month) (i32.const 3))))))))

  ;; Days since 1970-01-01, as `dayOf` of market/civil.ts.
  (func $dayOf (param $year i32) (param $month i32) (param $day i32) (result i32)
    (local $era i32) (local $ofEra i32) (local $ofYear i32)
    (if (i32.le_u (local.get $month) (i32.const 2))
      (then
        (local.set $year (i32.sub (local.get $year) (i32.const 1)))
        (local.set $month (i32.add (local.get $month) (i32.const 9))))
      (else
        (local.set $month (i32.sub (local.get $month) (i32.const 3)))))
    (local.set $era (i32.div_u (local.get $year) (i32.const 400)))
    (local.set $ofEra (i32.rem_u (local.get $year) (i32.const 400)))
    (local.set $ofYear
      (i32.add
        (i32.div_u (i32.add (i32.mul (i32.const 153) (local.get $month)) (i32.const 2)) (i32.const 5))
        (i32.sub (local.get $day) (i32.const 1))))
    (i32.sub
      (i32.add
        (i32.mul (local.get $era) (i32.const 146097))
        (i32.add
          (i32.add (i32.mul (local.get $ofEra) (i32.const 365)) (local.get $ofYear))
          (i32.sub (i32.div_u (local.get $ofEra) (i32.const 4)) (i32.div_u (local.get $ofEra) (i32.const 100)))))
      (i32.const 719468)))

  ;; The instant of a whole stamp in ms; NaN when the text is anything else.
  (func $instant (param $at i32) (result f64)
    (local $year i32) (local $month i32) (local $day i32) (local $hour i32) (local $minute i32) (local $second i32)
    (local.set $year
      (i32.add (i32.mul (call $pair (local.get $at)) (i32.const 100)) (call $pair (i32.add (local.get $at) (i32.const 2)))))
    (local.set $month (call $pair (i32.add (local.get $at) (i32.const 5))))
    (local.set $day (call $pair (i32.add (local.get $at) (i32.const 8))))
    (local.set $hour (call $pair (i32.add (local.get $at) (i32.const 11))))
    (local.set $minute (call $pair (i32.add (local.get $at) (i32.const 14))))
    (local.set $second (call $pair (i32.add (local.get $at) (i32.const 17))))
    (if (i32.eqz
          (i32.and
            (i32.and
              (i32.and (call $isByte (i32.add (local.get $at) (i32.const 4)) (i32.const 45))
                       (call $isByte (i32.add (local.get $at) (i32.const 7)) (i32.const 45)))
              ;; T or a space
              (i32.or (call $isByte (i32.add (local.get $at) (i32.const 10)) (i32.const 84))
                      (call $isByte (i32.add (local.get $at) (i32.const 10)) (i32.const 32))))
            (i32.and
              (i32.and (call $isByte (i32.add (local.get $at) (i32.const 13)) (i32.const 58))
                       (call $isByte (i32.add (local.get $at) (i32.const 16)) (i32.const 58)))
              (call $isByte (i32.add (local.get $at) (i32.const 19)) (i32.const 90)))))
      (then (return (f64.const nan))))
    (if (i32.or
          (i32.or
            (i32.or (i32.lt_u (local.get $year) (i32.const 1800)) (i32.gt_u (local.get $year) (i32.const 2200)))
            (i32.or (i32.lt_u (local.get $month) (i32.const 1)) (i32.gt_u (local.get $month) (i32.const 12))))
          (i32.or
            (i32.gt_u (local.get $hour) (i32.const 23))
            (i32.or (i32.gt_u (local.get $minute) (i32.const 59)) (i32.gt_u (local.get $second) (i32.const 59)))))
      (then (return (f64.const nan))))
    (if (i32.or
          (i32.lt_u (local.get $day) (i32.const 1))
          (i32.gt_u (local.get $day) (call $daysInMonth (local.get $year) (local.get $month))))
      (then (return (f64.const nan))))
    (f64.add
      (f64.mul
        (f64.convert_i32_s (call $dayOf (local.get $year) (local.get $month) (local.get $day)))
        (f64.const 86400000))
      (f64.convert_i32_u
        (i32.mul (i32.const 1000)
          (i32.add
            (i32.mul (i32.const 60) (i32.add (i32.mul (i32.const 60) (local.get $hour)) (local.get $minute)))
            (local.get $second))))))

  ;; Reads the number of one to fifteen digits at $at into the cell; gives where it ends, 0 when there is none.
  (func $number (param $at i32) (param $cell i32) (result i32)
    (local $mantissa i64) (local $digit i32) (local $digits i32) (local $decimals i32) (local $behindPoint i32)
    (block $ended
      (loop $next
        (local.set $digit (call $digit (local.get $at)))
        (if (i32.gt_u (local.get $digit) (i32.const 9))
          (then
            ;; One point, and not before the first digit.
            (br_if $ended (i32.ne (local.get $digit) (i32.const -2)))
            (br_if $ended (local.get $behindPoint))
            (if (i32.eqz (local.get $digits)) (then (return (i32.const 0))))
            (local.set $behindPoint (i32.const 1)))
          (else
            (local.set $digits (i32.add (local.get $digits) (i32.const 1)))
            (if (i32.gt_u (local.get $digits) (i32.const 15)) (then (return (i32.const 0))))
            (local.set $decimals (i32.add (local.get $decimals) (local.get $behindPoint)))
            (local.set $mantissa
              (i64.add (i64.mul (local.get $mantissa) (i64.const 10)) (i64.extend_i32_u (local.get $digit))))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (if (i32.eqz (local.get $digits)) (then (return (i32.const 0))))
    (f64.store (local.get $cell)
      (f64.div (f64.convert_i64_u (local.get $mantissa)) (f64.load (i32.shl (local.get $decimals) (i32.const 3)))))
    (local.get $at))

  ;; Reads rows of $fields fields from $from on into the columns: $room of them at most, to $to at most, where a line has ended.
  ;; Gives the number of rows; $end is behind them, before the first row that is not of the usual kind.
  (func (export "read") (param $from i32) (param $to i32) (param $fields i32) (param $delimiter i32) (param $room i32)
    (result i32)
    ;; Place of the row in a column, place at which the room ends.
    (local $row i32) (local $full i32)
    (local $at i32) (local $byte i32) (local $field i32) (local $behind i32) (local $column i32)
    ;; Eight bytes of a number, less 48 each; the top bit of each byte that is no digit.
    (local $word i64) (local $marks i64)
    (local $whole i32) (local $length i32) (local $digits i32) (local $decimals i32)
    ;; A stamp in the hour of the row before differs from it in its minute alone: text is compared instead of read.
    (local $date i64) (local $hour i64) (local $second i32) (local $hourMs f64)
    (local $tens i32) (local $ones i32) (local $time f64)
    (local $open f64) (local $high f64) (local $low f64) (local $close f64)
    ;; The row before; a first row is a break, since nothing compares with what is no number.
    (local $lastTime f64) (local $lastClose f64) (local $break i32)

    (local.set $lastTime (f64.const nan))
    (local.set $break (i32.const 0x3A000))
    (local.set $full (i32.shl (local.get $room) (i32.const 3)))
    (local.set $behind (i32.add (i32.const 0x800) (i32.shl (local.get $fields) (i32.const 2))))
    (block $done
      (loop $rows
        (br_if $done (i32.ge_u (local.get $from) (local.get $to)))
        (br_if $done (i32.ge_u (local.get $row) (local.get $full)))
        (local.set $at (local.get $from))
        (local.set $field (i32.const 0x800))
        (loop $nextField
          (local.set $column (i32.load (local.get $field)))
          (local.set $field (i32.add (local.get $field) (i32.const 4)))
          (block $read
            (if (i32.eqz (local.get $column))
              (then
                (local.set $byte (i32.load8_u (local.get $at)))
                (br_if $done (i32.eq (local.get $byte) (i32.const 34)))
                (loop $skip
                  (br_if $read (i32.eq (local.get $byte) (local.get $delimiter)))
                  (br_if $read (i32.eq (local.get $byte) (i32.const 10)))
                  (br_if $read (i32.eq (local.get $byte) (i32.const 13)))
                  (local.set $at (i32.add (local.get $at) (i32.const 1)))
                  (local.set $byte (i32.load8_u (local.get $at)))
                  (br $skip))))

            (if (i32.eq (local.get $column) (i32.const 0x32000))
              (then
                (br_if $done (i32.gt_u (i32.add (local.get $at) (i32.const 20)) (local.get $to)))
                (local.set $tens (i32.sub (i32.load8_u offset=14 (local.get $at)) (i32.const 48)))
                (local.set $ones (i32.sub (i32.load8_u offset=15 (local.get $at)) (i32.const 48)))
                (if (i32.and
                      (i32.and
                        (i64.eq (i64.load (local.get $at)) (local.get $date))
                        (i64.eq (i64.shl (i64.load offset=8 (local.get $at)) (i64.const 16)) (local.get $hour)))
                      (i32.and
                        (i32.eq (i32.load offset=16 (local.get $at)) (local.get $second))
                        (i32.and (i32.le_u (local.get $tens) (i32.const 5)) (i32.le_u (local.get $ones) (i32.const 9)))))
                  (then
                    (local.set $time
                      (f64.add (local.get $hourMs)
                        (f64.convert_i32_u
                          (i32.mul (i32.const 60000)
                            (i32.add (i32.mul (local.get $tens) (i32.const 10)) (local.get $ones)))))))
                  (else
                    (local.set $time (call $instant (local.get $at)))
                    (br_if $done (f64.ne (local.get $time) (local.get $time)))
                    (local.set $date (i64.load (local.get $at)))
                    (local.set $hour (i64.shl (i64.load offset=8 (local.get $at)) (i64.const 16)))
                    (local.set $second (i32.load offset=16 (local.get $at)))
                    (local.set $hourMs
                      (f64.sub (local.get $time)
                        (f64.convert_i32_u
                          (i32.mul (i32.const 60000)
                            (i32.add (i32.mul (local.get $tens) (i32.const 10)) (local.get $ones))))))))
                (f64.store (i32.add (local.get $column) (local.get $row)) (local.get $time))
                (local.set $at (i32.add (local.get $at) (i32.const 20)))
                (local.set $byte (i32.load8_u (local.get $at)))
                (br $read)))

            (block $short
              ;; Up to seven digits with what ends them fit into a word: they are taken at once, without a branch for each.
              (local.set $word (i64.xor (i64.load (local.get $at)) (i64.const 0x3030303030303030)))
              (local.set $marks
                (i64.and (i64.const 0x8080808080808080)
                  (i64.or (local.get $word) (i64.add (local.get $word) (i64.const 0x7676767676767676)))))
              (br_if $short (i64.eqz (local.get $marks)))
              (local.set $whole (i32.wrap_i64 (i64.shr_u (i64.ctz (local.get $marks)) (i64.const 3))))
              (br_if $done (i32.eqz (local.get $whole)))
              (local.set $length (local.get $whole))
              (local.set $digits (local.get $whole))
              (local.set $decimals (i32.const 0))
              (local.set $byte (i32.load8_u (i32.add (local.get $at) (local.get $whole))))
              (if (i32.eq (local.get $byte) (i32.const 46))
                (then
                  (local.set $marks (i64.and (local.get $marks) (i64.sub (local.get $marks) (i64.const 1))))
                  (br_if $short (i64.eqz (local.get $marks)))
                  (local.set $length (i32.wrap_i64 (i64.shr_u (i64.ctz (local.get $marks)) (i64.const 3))))
                  (local.set $digits (i32.sub (local.get $length) (i32.const 1)))
                  (local.set $decimals (i32.sub (local.get $digits) (local.get $whole)))
                  (local.set $byte (i32.load8_u (i32.add (local.get $at) (local.get $length))))
                  ;; The digits behind the point move one place down, over it.
                  (local.set $marks (i64.shl (i64.const -1) (i64.extend_i32_u (i32.shl (local.get $whole) (i32.const 3)))))
                  (local.set $word
                    (i64.or
                      (i64.and (local.get $word) (i64.xor (local.get $marks) (i64.const -1)))
                      (i64.and (i64.shr_u (local.get $word) (i64.const 8)) (local.get $marks))))))
              ;; The first digit is the lowest byte: zeros go before it, then pairs, fours and all eight are put together.
              (local.set $word
                (i64.shl (local.get $word)
                  (i64.sub (i64.const 64) (i64.extend_i32_u (i32.shl (local.get $digits) (i32.const 3))))))
              (local.set $word
                (i64.add (i64.mul (local.get $word) (i64.const 10)) (i64.shr_u (local.get $word) (i64.const 8))))
              (local.set $word
                (i64.shr_u
                  (i64.add
                    (i64.mul (i64.and (local.get $word) (i64.const 0x000000FF000000FF)) (i64.const 0x000F424000000064))
                    (i64.mul
                      (i64.and (i64.shr_u (local.get $word) (i64.const 16)) (i64.const 0x000000FF000000FF))
                      (i64.const 0x0000271000000001)))
                  (i64.const 32)))
              (f64.store (i32.add (local.get $column) (local.get $row))
                (f64.div (f64.convert_i64_u (local.get $word)) (f64.load (i32.shl (local.get $decimals) (i32.const 3)))))
              (local.set $at (i32.add (local.get $at) (local.get $length)))
              (br $read))

            (local.set $at (call $number (local.get $at) (i32.add (local.get $column) (local.get $row))))
            (br_if $done (i32.eqz (local.get $at)))
            (local.set $byte (i32.load8_u (local.get $at))))

          ;; What ends a field: the delimiter, or the end of the line after the last one.
          (if (i32.ne (local.get $byte) (local.get $delimiter))
            (then
              (br_if $done (i32.lt_u (local.get $field) (local.get $behind)))
              (br_if $done
                (i32.and (i32.ne (local.get $byte) (i32.const 10)) (i32.ne (local.get $byte) (i32.const 13))))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br_if $nextField (i32.lt_u (local.get $field) (local.get $behind))))

        (local.set $open (f64.load offset=0x2000 (local.get $row)))
        (local.set $high (f64.load offset=0xA000 (local.get $row)))
        (local.set $low (f64.load offset=0x12000 (local.get $row)))
        (local.set $close (f64.load offset=0x1A000 (local.get $row)))
        (br_if $done
          (i32.eqz
            (i32.and
              (f64.gt (local.get $low) (f64.const 0))
              (i32.and
                (i32.and (f64.ge (local.get $open) (local.get $low)) (f64.ge (local.get $close) (local.get $low)))
                (i32.and (f64.le (local.get $open) (local.get $high)) (f64.le (local.get $close) (local.get $high)))))))

        ;; Fields behind the last one that is read.
        (block $lineEnded
          (loop $rest
            (br_if $lineEnded (i32.eq (local.get $byte) (i32.const 10)))
            (br_if $lineEnded (i32.eq (local.get $byte) (i32.const 13)))
            (local.set $byte (i32.load8_u (local.get $at)))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br $rest)))
        (if (i32.and (i32.eq (local.get $byte) (i32.const 13)) (i32.lt_u (local.get $at) (local.get $to)))
          (then
            (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 10))
              (then (local.set $at (i32.add (local.get $at) (i32.const 1)))))))
        (local.set $from (local.get $at))

        ;; A break is a row that does not come after the one before, or whose prices are ten times or a tenth of that one's.
        (local.set $time (f64.load offset=0x32000 (local.get $row)))
        (if (i32.eqz
              (i32.and
                (f64.gt (local.get $time) (local.get $lastTime))
                (i32.and
                  (f64.lt (local.get $high) (f64.mul (f64.const 10) (local.get $lastClose)))
                  (f64.gt (f64.mul (f64.const 10) (local.get $low)) (local.get $lastClose)))))
          (then
            (i32.store (local.get $break) (i32.shr_u (local.get $row) (i32.const 3)))
            (local.set $break (i32.add (local.get $break) (i32.const 4)))))
        (local.set $lastTime (local.get $time))
        (local.set $lastClose (local.get $close))
        (local.set $row (i32.add (local.get $row) (i32.const 8)))
        (br $rows)))
    (global.set $end (local.get $from))
    (global.set $breaks (i32.shr_u (i32.sub (local.get $break) (i32.const 0x3A000)) (i32.const 2)))
    (i32.shr_u (local.get $row) (i32.const 3))))
