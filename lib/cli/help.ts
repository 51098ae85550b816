// What `plimsoll --help` prints. Main thread.

export const helpText: string = `plimsoll shows what the machine, the container and the process use, and which limit binds.

Usage: plimsoll [command] [options]

  top         the live view, with the alerts that last; this is what runs without a command. Without a terminal: plain lines
                --interval MS    time between two frames, default 1000
                --no-color       no colour (also: NO_COLOR, TERM=dumb)
                --ascii          no Unicode (also: a locale that is not UTF-8)
              keys: up, down or k, j select an alert; a acknowledges it, or takes that back; q quits

  snapshot    one reading, whether work can be taken on, and what is free
                --json           the resources and availability as JSON, null where unknown
                --raw            the raw fields by their names, in base units
                --root DIR       of the machine that was recorded in DIR, which is not judged

  watch       a line for every interval, until Ctrl-C
                --json           one JSON object a line (NDJSON)
                --interval MS    default 1000
                --ascii          no Unicode
                --alerts         events of alerts instead, as they come, one JSON object a line

  top, snapshot and watch --alerts judge by these (watch alone takes --config):
                --threshold R.LEVEL=N   as memory.warning=70; more than once; levels are info, warning, critical,
                                        emergency; =off turns one off, disk=off all of them
                --limit NAME=N          as maxCpuPercent=70; more than once
                --config FILE           JSON, as initializeResourceManagement() takes it; flags win over it
                                        (schema: plimsoll/config.schema.json)

  doctor      where every figure comes from, why one is missing, what it costs, and which events the kernel tells by itself
                --json           as JSON
                --root DIR       of the machine that was recorded in DIR
                --record DIR     copy the files that are read into DIR, which must be new or empty

  run         plimsoll run [options] -- command …: the command with limits, and at its end what it used and what was enforced
                --memory SIZE    as 512M or 1G (G is 2^30); beyond it the kernel kills
                --memory-high SIZE  beyond it the command is slowed down (cgroup v2)
                --cpu CORES      as 0.5
                --pids N         processes and threads
                --descriptors N  of each process
                --disk SIZE      bytes per second, read and written, of each disk
                --nice N         -20 to 19
                --require LIST   as memory,cpu: do not start it where these cannot be enforced
                --delegate       move plimsoll itself into a leaf, where cgroup v2 demands that
                --json           the report as JSON
                --report FILE    the report as JSON into FILE, and none on standard error

  scale       plimsoll scale --simulate FILE: how profiles of scaling do on a recorded load, in virtual time
                --simulate FILE  CSV with the columns t_seconds,load; load in units of what one worker can do
                --profile LIST   names and files (*.json), default compat,default
                --startup S      from a start until a worker takes work, default 10
                --min N          default: the profile's own (default: 1)
                --max N          default: the profile's own (default: 100)
                --json           one object for each profile
                --no-color, --ascii  as of top

  -h, --help     this text
  -v, --version  the version

Exit codes: 0 done, 1 it failed (the message has a code), 2 the command line or the file that it names is wrong. \`run\` ends as its
command does; 125 it could not be limited as required, 126 it cannot be executed, 127 there is no such command.
Set PLIMSOLL_DEBUG=1 to see where an error came from.
`
