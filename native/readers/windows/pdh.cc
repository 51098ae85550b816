// See pdh.h.
#include "pdh.h"

#include "../clock.h"
#include "disk_counters.h"
#include "side_thread.h"
#include "interfaces.h"
#include "pdh_query.h"
#include "processor_times.h"

#include <array>

namespace plimsoll::windows_os {
namespace {

constexpr double kWaitSeconds = 0.02;      // a healthy collection takes some milliseconds
constexpr double kRestSeconds = 30;        // before PDH is tried again when it has failed or was late
constexpr double kFirstAnswerSeconds = 3;  // adding the first counter loads every provider there is
constexpr int kMostFailures = 3;           // in a row

struct CounterPath {
  const char* path;
  KeyOfInstance key_of;
  bool wraps = false;  // PERF_COUNTER_COUNTER and _RAWCOUNT have 32 bits, unlike _BULK_COUNT and the timers
};

// In the order of PdhCounter. "Processor Information" sees all processor groups, "Processor" only the first.
constexpr CounterPath kPaths[] = {
    {"\\Processor Information(*)\\% User Time", parse_processor_instance},
    {"\\Processor Information(*)\\% Privileged Time", parse_processor_instance},
    {"\\Processor Information(*)\\% Idle Time", parse_processor_instance},
    {"\\Processor Information(*)\\% Interrupt Time", parse_processor_instance},
    {"\\Processor Information(*)\\% DPC Time", parse_processor_instance},
    {"\\PhysicalDisk(*)\\Disk Read Bytes/sec", parse_disk_instance},
    {"\\PhysicalDisk(*)\\Disk Write Bytes/sec", parse_disk_instance},
    {"\\PhysicalDisk(*)\\Disk Reads/sec", parse_disk_instance, true},
    {"\\PhysicalDisk(*)\\Disk Writes/sec", parse_disk_instance, true},
    {"\\PhysicalDisk(*)\\% Idle Time", parse_disk_instance},
    {"\\Network Interface(*)\\Bytes Received/sec", parse_network_instance},
    {"\\Network Interface(*)\\Bytes Sent/sec", parse_network_instance},
    {"\\Network Interface(*)\\Packets Received/sec", parse_network_instance, true},
    {"\\Network Interface(*)\\Packets Sent/sec", parse_network_instance, true},
    {"\\Network Interface(*)\\Packets Received Errors", parse_network_instance, true},
    {"\\Network Interface(*)\\Packets Outbound Errors", parse_network_instance, true},
    {"\\Network Interface(*)\\Packets Received Discarded", parse_network_instance, true},
    {"\\Network Interface(*)\\Packets Outbound Discarded", parse_network_instance, true},
};
constexpr size_t kCounters = std::size(kPaths);
static_assert(kCounters == static_cast<size_t>(PdhCounter::count));

std::string why_not(PdhStatus status) {
  std::string text = "PDH answers 0x";
  for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789ABCDEF"[status >> shift & 0xf];
  return text;
}

}  // namespace

// On the helper's thread. What a provider has broken may heal (`lodctr /R`), so a query that fails is made anew, rarely.
struct Pdh::Question final : SideThread::Task {
  void answer() override {
    if (!opened) open();
    const PdhStatus status = opened ? query.collect() : open_status;
    for (size_t i = 0; i < kCounters; ++i) {
      Instances& one = instances[i];
      one.wraps = kPaths[i].wraps;
      statuses[i] = status == 0 ? query.read(i, kPaths[i].key_of, one) : status;
      if (statuses[i] == kPdhMissing && added[i] != 0) statuses[i] = added[i];
      if (status == 0) continue;
      one.list.clear();
      one.reason = Reason::unsupported;
    }
    failures = status == 0 ? 0 : failures + 1;
    if (opened && failures >= kMostFailures) close();
  }

  void open() {
    open_status = query.open();
    bool any = false;
    for (size_t i = 0; i < kCounters; ++i) {
      added[i] = open_status == 0 ? query.add(kPaths[i].path) : open_status;
      any = any || added[i] == 0;
    }
    if (open_status == 0 && !any) open_status = added[0];
    opened = open_status == 0;
    if (!opened) close();
  }

  void close() {
    if (open_status == 0) open_status = statuses[0];
    query.close();
    opened = false;
    failures = 0;
  }

  PdhQuery query;
  bool opened = false;  // the readers' thread looks at it too, while no question is open
  PdhStatus open_status = 0;
  int failures = 0;
  std::array<PdhStatus, kCounters> added{};
  // The answer:
  std::array<Instances, kCounters> instances;
  std::array<PdhStatus, kCounters> statuses{};
};

struct Pdh::Asking {
  explicit Asking(std::shared_ptr<Question> question) : side_thread("plimsoll-pdh", std::move(question)) {}

  SideThread side_thread;
  Instances none;       // what is handed out where there is no answer to this reading
  bool fresh = false;   // the answer belongs to this reading
  int late = 0;         // readings in a row
  double ask_at = 0;    // not before
};

Pdh::Pdh() : question_(std::make_shared<Question>()), asking_(std::make_unique<Asking>(question_)) {}
Pdh::~Pdh() = default;

void Pdh::read() {
  Asking& asking = *asking_;
  asking.fresh = false;
  const double now = monotonic_seconds();
  if (asking.side_thread.open() || now < asking.ask_at) return;
  const bool loaded = question_->opened;
  const double asked_at = asking.side_thread.asked_at();
  if (!loaded && asked_at > 0 && now < asked_at + kRestSeconds) return;
  if (!asking.side_thread.ask() || !loaded) return;  // nobody waits for the providers to be loaded
  asking.fresh = asking.side_thread.wait_until(now + kWaitSeconds);
  asking.late = asking.fresh ? 0 : asking.late + 1;
  if (asking.late < kMostFailures) return;
  asking.late = 0;
  asking.ask_at = now + kRestSeconds;
}

const Instances& Pdh::of(PdhCounter counter) const {
  return asking_->fresh ? question_->instances[static_cast<size_t>(counter)] : asking_->none;
}

const Instances& Pdh::last(PdhCounter counter) const {
  return asking_->side_thread.open() ? asking_->none : question_->instances[static_cast<size_t>(counter)];
}

std::string Pdh::source(PdhCounter counter, std::string_view other) {
  const auto place = static_cast<size_t>(counter);
  SideThread& side_thread = asking_->side_thread;
  if (side_thread.asked_at() == 0) side_thread.ask();  // nobody has read the rates yet
  const std::string rest(other);
  if (!side_thread.wait_until(side_thread.asked_at() + kFirstAnswerSeconds)) return rest + " (PDH does not answer)";
  if (question_->instances[place].reason == Reason::known) return "PDH " + std::string(kPaths[place].path);
  return rest + " (" + why_not(question_->statuses[place]) + ")";
}

namespace {

class PdhReader final : public Reader {
 public:
  explicit PdhReader(std::shared_ptr<Pdh> pdh) : pdh_(std::move(pdh)) {}

  const char* noun() const override { return "pdh"; }
  void read_rates(Sample&) override { pdh_->read(); }

 private:
  std::shared_ptr<Pdh> pdh_;
};

}  // namespace

std::unique_ptr<Reader> pdh_reader(std::shared_ptr<Pdh> pdh) { return std::make_unique<PdhReader>(std::move(pdh)); }

}  // namespace plimsoll::windows_os
