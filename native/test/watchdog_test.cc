// The watchdog and its line: when it speaks, how often, in which form, and that it never waits for its reader.
#include "../watchdog.h"
#include "../listeners.h"
#include "../report.h"
#include "check.h"

#include <clocale>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace plimsoll;

namespace {

const Sample kNothing;

Tick tick_at(double seconds, const Sample& sample = kNothing) { return {{true, false, false}, {1, 1, 1}, seconds, sample}; }

std::string number(double value) {
  ReportText text;
  return std::string(text.add(value).text());
}

std::string read_all(int descriptor) {
  std::string text(100'000, '\0');
  const ssize_t length = read(descriptor, text.data(), text.size());
  text.resize(length < 0 ? 0 : static_cast<size_t>(length));
  return text;
}

struct Pipe {
  int ends[2] = {-1, -1};
  Pipe() { CHECK(pipe2(ends, O_CLOEXEC) == 0); }
  ~Pipe() {
    for (const int end : ends) close(end);
  }
  void fill() const {
    const std::string block(4096, 'x');
    const int flags = fcntl(ends[1], F_GETFL);
    fcntl(ends[1], F_SETFL, flags | O_NONBLOCK);
    while (write(ends[1], block.data(), block.size()) > 0) {}
    fcntl(ends[1], F_SETFL, flags);
  }
};

}  // namespace

TEST("report: numbers as JSON, in any locale") {
  setlocale(LC_ALL, "de_DE.UTF-8");
  CHECK_EQ(number(0), std::string("0"));
  CHECK_EQ(number(1500), std::string("1500"));
  CHECK_EQ(number(-2.5), std::string("-2.500"));
  CHECK_EQ(number(0.0004), std::string("0"));
  CHECK_EQ(number(0.9996), std::string("1"));
  CHECK_EQ(number(1234.0625), std::string("1234.063"));
  CHECK_EQ(number(9007199254740992.0), std::string("9007199254740992"));
  CHECK_EQ(number(1e300), std::string("null"));
  CHECK_EQ(number(std::nan("")), std::string("null"));
  CHECK_EQ(number(std::numeric_limits<double>::infinity()), std::string("null"));
  setlocale(LC_ALL, "C");
}

TEST("report: a text that is too long does not fit, one of PIPE_BUF does") {
  ReportText exact, longer;
  CHECK(exact.add(std::string(kOutletBytes, 'x')).fits());
  CHECK(!exact.add("x").fits());
  CHECK(!longer.add(std::string(kOutletBytes - 1, 'x')).add("yy").add("z").fits());
}

TEST("watchdog: one line and one event per stretch, brought up to date while it waits") {
  const Pipe pipe;
  Watchdog watchdog(1.0, pipe.ends[1], "{\"plimsoll\":\"eventLoop\"");
  const Lines none;
  EventQueue queue;
  CHECK(!watchdog.check({1, 10, 0.9}, none, tick_at(10.9), queue));
  CHECK(watchdog.check({1, 10, 1.1}, none, tick_at(11.1), queue));
  CHECK(!watchdog.check({1, 10, 1.3}, none, tick_at(11.3), queue));
  Event event{};
  CHECK(queue.pop(event));
  watchdog.taken();
  CHECK_EQ(event[2], 10.0);
  CHECK_EQ(event[3], 1300.0);
  CHECK_EQ(event[4], 0.0);
  CHECK_EQ(event[5], -1.0);
  CHECK_EQ(event[6], 1.0);
  CHECK(!watchdog.check({1, 10, 1.5}, none, tick_at(11.5), queue));
  CHECK(!watchdog.check({2, 12, 0}, none, tick_at(12), queue));
  CHECK(watchdog.check({2, 12, 1}, none, tick_at(13), queue));
  const std::string text = read_all(pipe.ends[0]);
  CHECK(text.starts_with("{\"plimsoll\":\"eventLoop\",\"reason\":\"loop\",\"blockedMs\":1100,\"timestamp\":"));
  CHECK_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  CHECK(text.ends_with("}\n"));
}

TEST("watchdog: an emergency line that is crossed while the loop is busy for two ticks") {
  const Pipe pipe;
  Watchdog watchdog(1.0, pipe.ends[1], "{\"plimsoll\":\"eventLoop\"");
  const Line plain{.field = Field::process_rss_bytes, .factor = 50};
  Line emergency{.field = Field::process_rss_bytes, .other = Field::memory_total_bytes, .relative = true, .emergency = true, .factor = 0.5};
  Lines lines({plain, emergency});
  EventQueue queue;
  Sample sample;
  sample.set(Field::process_rss_bytes, 90);
  sample.set(Field::memory_total_bytes, 200);
  lines.compare({true, true, true}, sample);
  const auto check = [&](double at, uint64_t id, double busy) { return watchdog.check({id, at - busy, busy}, lines, tick_at(at, sample), queue); };
  CHECK(!check(1.0, 1, 0.09));
  CHECK(!check(1.1, 1, 0.19));
  CHECK(!check(1.2, 1, 0.29));  // only the plain one is beyond
  sample.set(Field::process_rss_bytes, 110);
  lines.compare({true, false, false}, sample);
  CHECK(!check(1.3, 2, 0.05));  // not blocked
  CHECK(!check(1.4, 2, 0.15));
  CHECK(check(1.5, 2, 0.25));
  CHECK(!check(1.6, 2, 0.35));
  Event event{};
  CHECK(queue.pop(event));
  CHECK_EQ(event[4], 1.0);
  CHECK_EQ(event[5], 1.0);
  CHECK_EQ(event[3], 350.0);
  const std::string text = read_all(pipe.ends[0]);
  CHECK(text.starts_with("{\"plimsoll\":\"eventLoop\",\"reason\":\"line\",\"blockedMs\":250,"));
  CHECK(text.ends_with(",\"line\":1,\"field\":\"process.rss_bytes\",\"value\":110,\"threshold\":100}\n"));
  lines.tell();
  CHECK(!check(1.7, 3, 0.3));  // it knows
}

TEST("report: a full pipe, a full socket and a descriptor that is none are not waited for") {
  const Pipe pipe;
  pipe.fill();
  CHECK(!send_report(pipe.ends[1], "lost\n"));
  CHECK_EQ(fcntl(pipe.ends[1], F_GETFL) & O_NONBLOCK, 0);  // nobody else's flag was touched
  const std::string block = read_all(pipe.ends[0]);
  CHECK(send_report(pipe.ends[1], "there\n"));
  int sockets[2];
  CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
  CHECK(send_report(sockets[1], "there\n"));
  CHECK_EQ(read_all(sockets[0]), std::string("there\n"));
  for (int i = 0; i < 100'000 && send_report(sockets[1], std::string(4096, 'x')); ++i) {}
  CHECK(!send_report(sockets[1], std::string(4096, 'x')));
  close(sockets[0]);
  CHECK(!send_report(sockets[1], "to nobody\n"));
  close(sockets[1]);
  CHECK(!send_report(sockets[1], "closed\n"));
  CHECK(!send_report(-1, "none\n"));
}

TEST("report: a file is appended to by a thread of its own") {
  char path[] = "/tmp/plimsoll-report-XXXXXX";
  const int file = mkstemp(path);
  CHECK_EQ(write(file, "before\n", 7), ssize_t{7});
  CHECK(send_report(file, "after\n"));
  std::string text;
  for (int i = 0; i < 2000 && text.size() < 13; ++i) {
    text.resize(64);
    text.resize(static_cast<size_t>(pread(file, text.data(), text.size(), 0)));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  CHECK_EQ(text, std::string("before\nafter\n"));
  unlink(path);  // the file stays open: nothing says when that thread has let go of it
}
