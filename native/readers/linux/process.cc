// See process.h. Counters count all threads. Live, getrusage(2) gives CPU times in microseconds and the switches of all
// threads, ended ones included; recorded, stat gives CPU times in clock ticks and nothing gives the switches of all threads.
#include "process.h"

#include "kept_file.h"
#include "run_queue.h"
#include "scanner.h"

#include <sys/resource.h>

namespace plimsoll::linux_os {
namespace {

double seconds(const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6; }

class ProcessReader final : public Reader {
 public:
  ProcessReader(Root& root, double ticks_per_second, double page_bytes)
      : root_(&root),
        statm_(root, "/proc/self/statm"),
        stat_(root, "/proc/self/stat"),
        io_(root, "/proc/self/io"),
        limits_(root, "/proc/self/limits"),
        descriptors_(root, "/proc/self/fd"),
        tasks_(root, "/proc/self/task"),
        run_queue_(root, tasks_),
        ticks_per_second_(ticks_per_second),
        page_bytes_(page_bytes) {}

  const char* noun() const override { return "process"; }

  void read_gauges(Sample& sample) override {
    const auto text = statm_.read();
    const auto pages = text ? parse_statm(*text) : Result<uint64_t>(text.reason);
    sample.put(Field::process_rss_bytes, pages ? Result<double>(static_cast<double>(*pages) * page_bytes_) : Result<double>(pages.reason));
    sample.put(Field::process_open_fds_count, open_descriptors());
    sample.put(Field::process_threads_count, threads());
  }

  void read_rates(Sample& sample) override {
    if (root_->live()) {
      read_usage(sample);
    } else {
      read_stat(sample);
    }
    const auto text = io_.read();
    const ProcessIo io = text ? parse_process_io(*text) : ProcessIo{text.reason, text.reason};
    sample.put(Field::process_read_bytes_total, io.read_bytes);
    sample.put(Field::process_written_bytes_total, io.written_bytes);
    sample.put(Field::process_run_queue_wait_seconds_total, run_queue_.wait_seconds());
  }

  void read_slow(Sample& sample) override {
    run_queue_.look_again();
    sample.put(Field::process_fd_limit_count, descriptor_limit());
  }

  void describe(Sources& sources) const override {
    const bool live = root_->live();
    sources.add(Field::process_rss_bytes, statm_.absolute());
    sources.add(Field::process_open_fds_count, live ? "fstat(2) of /proc/self/fd" : "entries of /proc/self/fd");
    sources.add(Field::process_threads_count, live ? "fstat(2) of /proc/self/task" : stat_.absolute());
    for (const Field field : {Field::process_user_seconds_total, Field::process_system_seconds_total,
                              Field::process_major_faults_total, Field::process_minor_faults_total}) {
      sources.add(field, live ? "getrusage(2)" : stat_.absolute());
    }
    sources.add(Field::process_voluntary_switches_total, "getrusage(2)");
    sources.add(Field::process_involuntary_switches_total, "getrusage(2)");
    sources.add(Field::process_read_bytes_total, io_.absolute());
    sources.add(Field::process_written_bytes_total, io_.absolute());
    sources.add(Field::process_run_queue_wait_seconds_total, "/proc/self/task/*/schedstat");
    sources.add(Field::process_fd_limit_count, live ? "getrlimit(2)" : limits_.absolute());
  }

 private:
  // Since Linux 6.2 the directory's size is the number of open descriptors; before, and in a recording, its entries are
  // counted. The directory is itself kept open and rightly among them.
  Result<double> open_descriptors() {
    if (root_->live()) {
      const auto measure = descriptors_.measure();
      if (!measure) return measure.reason;
      if (measure->size > 0) return static_cast<double>(measure->size);
    }
    const auto entries = descriptors_.list([](std::string_view) {});
    if (!entries) return entries.reason;
    return static_cast<double>(*entries);
  }

  // A task directory has one link per thread besides its own two; sandboxes that imitate /proc may not say so.
  Result<double> threads() {
    if (root_->live()) {
      const auto measure = tasks_.measure();
      if (measure && measure->links > 2) return static_cast<double>(measure->links - 2);
    }
    const auto text = stat_.read();
    if (!text) return text.reason;
    const auto stat = parse_process_stat(*text);
    if (!stat) return stat.reason;
    return static_cast<double>(stat->threads);
  }

  Result<double> descriptor_limit() {
    if (root_->live()) {
      rlimit limit{};
      if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return Reason::internal;
      if (limit.rlim_cur == RLIM_INFINITY) return Reason::unlimited;
      return static_cast<double>(limit.rlim_cur);
    }
    const auto text = limits_.read();
    if (!text) return text.reason;
    return parse_fd_limit(*text);
  }

  void read_usage(Sample& sample) const {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);  // cannot fail with these arguments
    sample.set(Field::process_user_seconds_total, seconds(usage.ru_utime));
    sample.set(Field::process_system_seconds_total, seconds(usage.ru_stime));
    sample.set(Field::process_minor_faults_total, static_cast<double>(usage.ru_minflt));
    sample.set(Field::process_major_faults_total, static_cast<double>(usage.ru_majflt));
    sample.set(Field::process_voluntary_switches_total, static_cast<double>(usage.ru_nvcsw));
    sample.set(Field::process_involuntary_switches_total, static_cast<double>(usage.ru_nivcsw));
  }

  void read_stat(Sample& sample) {
    const auto text = stat_.read();
    const auto stat = text ? parse_process_stat(*text) : Result<ProcessStat>(text.reason);
    const auto put = [&](Field field, uint64_t ProcessStat::*member, double unit) {
      sample.put(field, stat ? Result<double>(static_cast<double>((*stat).*member) * unit) : Result<double>(stat.reason));
    };
    put(Field::process_user_seconds_total, &ProcessStat::user_ticks, 1 / ticks_per_second_);
    put(Field::process_system_seconds_total, &ProcessStat::system_ticks, 1 / ticks_per_second_);
    put(Field::process_minor_faults_total, &ProcessStat::minor_faults, 1);
    put(Field::process_major_faults_total, &ProcessStat::major_faults, 1);
  }

  Root* root_;
  KeptFile statm_;
  KeptFile stat_;
  KeptFile io_;
  KeptFile limits_;
  KeptDirectory descriptors_;
  KeptDirectory tasks_;
  RunQueue run_queue_;
  double ticks_per_second_;
  double page_bytes_;
};

}  // namespace

Result<ProcessStat> parse_process_stat(std::string_view text) {
  const size_t name_end = text.rfind(')');
  if (name_end == std::string_view::npos) return Reason::malformed;
  Scanner words(text.substr(name_end + 1));
  ProcessStat stat{};
  uint64_t ignored = 0;
  // Fields, counted from 1: 3 state … 10 minflt 11 cminflt 12 majflt 13 cmajflt 14 utime 15 stime 16–19 … 20 num_threads.
  const bool good = words.skip_words(7) && words.number(stat.minor_faults) && words.number(ignored) &&
                    words.number(stat.major_faults) && words.number(ignored) && words.number(stat.user_ticks) &&
                    words.number(stat.system_ticks) && words.skip_words(4) && words.number(stat.threads);
  if (!good) return Reason::malformed;
  return stat;
}

Result<uint64_t> parse_statm(std::string_view text) {
  Scanner words(text);
  uint64_t size_pages = 0, resident_pages = 0;
  if (!words.number(size_pages) || !words.number(resident_pages)) return Reason::malformed;
  return resident_pages;
}

ProcessIo parse_process_io(std::string_view text) {
  const auto amount = [](std::string_view number) -> Result<double> {
    uint64_t bytes = 0;
    if (!whole_number(number, bytes)) return Reason::malformed;
    return static_cast<double>(bytes);
  };
  ProcessIo io;
  Scanner lines(text);
  std::string_view line;
  constexpr std::string_view read = "read_bytes:", written = "write_bytes:";
  while (lines.line(line)) {
    if (line.starts_with(read)) io.read_bytes = amount(line.substr(read.size()));
    if (line.starts_with(written)) io.written_bytes = amount(line.substr(written.size()));
  }
  return io;
}

Result<double> parse_fd_limit(std::string_view text) {
  constexpr std::string_view key = "Max open files";
  Scanner lines(text);
  std::string_view line;
  while (lines.line(line)) {
    if (!line.starts_with(key)) continue;
    Scanner words(line.substr(key.size()));
    std::string_view soft;
    uint64_t limit = 0;
    if (!words.word(soft)) return Reason::malformed;
    if (soft == "unlimited") return Reason::unlimited;
    if (!whole_number(soft, limit)) return Reason::malformed;
    return static_cast<double>(limit);
  }
  return Reason::unsupported;
}

std::unique_ptr<Reader> process_reader(Root& root, double ticks_per_second, double page_bytes) {
  return std::make_unique<ProcessReader>(root, ticks_per_second, page_bytes);
}

}  // namespace plimsoll::linux_os
