// What `plimsoll --help` prints. Main thread.

export const helpText: string = `plimsoll shows what the machine, the container and the process use, and which limit binds.

Usage: plimsoll [command] [options]

  top         the live view; this is what runs without a command. Without a terminal: plain lines
                --interval MS    time between two frames, default 1000
                --no-color       no colour (also: NO_COLOR, TERM=dumb)
                --ascii          no Unicode (also: a locale that is not UTF-8)

  snapshot    one reading
                --json           the resources as JSON, null where unknown
                --raw            the raw fields by their names, in base units
                --root DIR       of the machine that was recorded in DIR

  watch       a line for every interval, until Ctrl-C
                --json           one JSON object a line (NDJSON)
                --interval MS    default 1000
                --ascii          no Unicode

  doctor      where every figure comes from, why one is missing, and what it costs
                --json           as JSON
                --root DIR       of the machine that was recorded in DIR
                --record DIR     copy the files that are read into DIR, which must be new or empty

  -h, --help     this text
  -v, --version  the version

Exit codes: 0 done, 1 it failed (the message has a code), 2 the command line is wrong.
Set PLIMSOLL_DEBUG=1 to see where an error came from.
`
