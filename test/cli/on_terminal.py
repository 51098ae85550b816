"""Runs a command on a pseudo terminal: on_terminal.py COLUMNS ROWS ACTION COMMAND...

Waits for the first frame, does ACTION (keys:TEXT, signal:NAME, resize:COLUMNSxROWS, none), and a while later sends
SIGTERM if that is needed. Prints JSON: what was written, the exit code, and whether the terminal's modes are as before.
"""
import base64, fcntl, json, os, select, signal, struct, subprocess, sys, termios, time

columns, rows, action = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
master, slave = os.openpty()


def resize(columns, rows):
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def own_terminal():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


resize(columns, rows)
before = termios.tcgetattr(slave)
child = subprocess.Popen(sys.argv[4:], stdin=slave, stdout=slave, stderr=slave, preexec_fn=own_terminal)
output = b""


def read(seconds, until=None):
    global output
    end = time.monotonic() + seconds
    while time.monotonic() < end and child.poll() is None:
        if select.select([master], [], [], 0.05)[0]:
            output += os.read(master, 65536)
        if until is not None and until in output:
            return


read(10, b"quit")
raw = termios.tcgetattr(slave)[3] & termios.ICANON == 0
kind, _, what = action.partition(":")
if kind == "keys":
    os.write(master, what.encode().decode("unicode_escape").encode("latin1"))
elif kind == "signal":
    child.send_signal(getattr(signal, what))
elif kind == "resize":
    first = len(output)
    resize(*map(int, what.split("x")))
    child.send_signal(signal.SIGWINCH)
    read(1)
    output = output[first:]
    child.send_signal(signal.SIGTERM)
read(10)
timed_out = child.poll() is None
if timed_out:
    child.kill()
status = child.wait()
while select.select([master], [], [], 0.1)[0]:
    output += os.read(master, 65536)
after = termios.tcgetattr(slave)
print(json.dumps({
    "output": base64.b64encode(output).decode(),
    "status": status,
    "timedOut": timed_out,
    "wasRaw": raw,
    "restored": before == after,
}))
