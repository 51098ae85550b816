// See container_io.h. Layered devices (dm, md) and partitions repeat their disks' bytes, so only whole disks are added.
// A disk has no line before the group's first I/O on it: until then it counts as 0, so that the first bytes count too.
#include "container_io.h"

#include "container_reader.h"
#include "scanner.h"

#include <algorithm>

namespace plimsoll::linux_os {
namespace {

uint64_t key_of(uint64_t group, uint32_t major, uint32_t minor) {
  const uint32_t numbers[] = {major, minor};
  return identity(reinterpret_cast<const char*>(numbers), sizeof numbers, group);
}

// The entry of a device, made if it is new. Lines of one device follow each other.
DeviceBytes& entry_of(std::vector<DeviceBytes>& devices, uint32_t major, uint32_t minor) {
  if (devices.empty() || devices.back().major != major || devices.back().minor != minor) {
    devices.push_back({major, minor, 0, 0});
  }
  return devices.back();
}

bool parse_figure(std::string_view word, std::string_view key, double& figure) {
  uint64_t number = 0;
  if (!whole_number(word.substr(key.size()), number)) return false;
  figure = static_cast<double>(number);
  return true;
}

bool parse_io_line(std::string_view line, std::vector<DeviceBytes>& devices) {
  Scanner words(line);
  std::string_view word;
  uint32_t major = 0, minor = 0;
  if (!words.word(word)) return true;
  if (!parse_device_number(word, major, minor)) return false;
  while (words.word(word)) {
    if (parse_device_number(word, major, minor)) continue;
    constexpr std::string_view reads = "rbytes=", writes = "wbytes=";
    if (word.starts_with(reads) && !parse_figure(word, reads, entry_of(devices, major, minor).read)) return false;
    if (word.starts_with(writes) && !parse_figure(word, writes, entry_of(devices, major, minor).written)) return false;
  }
  return true;
}

class ContainerIoReader final : public ContainerReader {
 public:
  ContainerIoReader(Root& root, std::shared_ptr<ControlGroups> groups, const WholeDisks& disks)
      : ContainerReader(root, std::move(groups)), disks_(&disks) {}

  const char* noun() const override { return "container.io"; }

  void read_slow(Sample&) override {
    if (moved()) choose_files();
  }

  void read_rates(Sample& sample) override {
    const Reason reason = read();
    if (reason == Reason::known) add_up();
    for (size_t i = 0; i < 2; ++i) {
      const Field field = i == 0 ? Field::container_io_read_bytes_total : Field::container_io_written_bytes_total;
      sample.put(field, reason == Reason::known ? Result<double>(bytes_.totals()[i]) : Result<double>(reason));
    }
  }

  void describe(Sources& sources) const override {
    const std::string source = placement().source(placement().version == 1 ? kRecursive + 1 : "io.stat");
    sources.add(Field::container_io_read_bytes_total, source);
    sources.add(Field::container_io_written_bytes_total, source);
  }

 private:
  static constexpr const char* kRecursive = "/blkio.throttle.io_service_bytes_recursive";  // since Linux 3.11 or so
  static constexpr const char* kPlain = "/blkio.throttle.io_service_bytes";

  const Placement& placement() const { return groups().of(Controller::io); }

  void choose_files() {
    files_.clear();
    top_files_.clear();
    seen_.clear();
    if (!placement().known()) return;
    const auto& levels = placement().levels;
    group_ = identity_of(levels.front());
    if (placement().version == 2) {
      files_.emplace_back(root(), levels.front() + "/io.stat");
      files_.back().allow_empty();
    } else {
      for (const char* name : {kRecursive, kPlain}) files_.emplace_back(root(), levels.front() + name);
      top_files_.emplace_back(root(), levels.back() + kPlain);
    }
  }

  // Fills devices_, or says why it cannot.
  Reason read() {
    if (files_.empty()) return placement().reason;
    auto text = files_.front().read();
    if (text.reason == Reason::unsupported && files_.size() > 1) text = files_.back().read();
    if (!text) return watch(text).reason;
    const bool v1 = placement().version == 1;
    if (!(v1 ? parse_io_service_bytes(*text, devices_) : parse_io_stat(*text, devices_))) return Reason::malformed;
    return v1 && devices_.empty() && !counted_in_v1() ? Reason::disabled : Reason::known;
  }

  // Since Linux 6.10 v1 counts a device's bytes only after somebody has set a throttle on it, and says "Total 0" until
  // then, whatever was read. A device that is counted has a line at the hierarchy's root.
  bool counted_in_v1() {
    const auto text = top_files_.front().read();
    return text && text->find(':') != std::string_view::npos;
  }

  void add_up() {
    bytes_.begin();
    for (const DeviceBytes& device : devices_) {
      if (disks_->known() && !disks_->contains(device.major, device.minor)) continue;
      const uint64_t key = key_of(group_, device.major, device.minor);
      bytes_.observe(key, {device.read, device.written});
      if (std::find(seen_.begin(), seen_.end(), key) == seen_.end()) seen_.push_back(key);
    }
    // A disk that had a line and has none now is not 0: it, or its end of the text, has gone.
    for (const WholeDisks::Disk& disk : disks_->all()) {
      const uint64_t key = key_of(group_, disk.major, disk.minor);
      if (std::find(seen_.begin(), seen_.end(), key) == seen_.end()) bytes_.observe(key, {0, 0});
    }
    bytes_.end();
  }

  const WholeDisks* disks_;
  std::vector<KeptFile> files_;      // none, io.stat, or v1's recursive file and the plain one
  std::vector<KeptFile> top_files_;  // v1: the plain file of the highest visible level
  std::vector<DeviceBytes> devices_;
  std::vector<uint64_t> seen_;       // disks that have had a line in this group
  Accumulator<2> bytes_;             // read, written
  uint64_t group_ = 0;
};

}  // namespace

bool parse_io_stat(std::string_view text, std::vector<DeviceBytes>& devices) {
  devices.clear();
  Scanner lines(text);
  std::string_view line;
  while (lines.line(line)) {
    if (!parse_io_line(line, devices)) return false;
  }
  return true;
}

bool parse_io_service_bytes(std::string_view text, std::vector<DeviceBytes>& devices) {
  devices.clear();
  if (text.empty() || text.back() != '\n') return false;
  Scanner lines(text);
  std::string_view line, word;
  while (lines.line(line)) {
    Scanner words(line);
    uint32_t major = 0, minor = 0;
    uint64_t bytes = 0;
    if (!words.word(word)) continue;
    if (word == "Total") return words.number(bytes);  // the last line: the sum over devices
    if (!parse_device_number(word, major, minor) || !words.word(word) || !words.number(bytes)) return false;
    if (word == "Read") entry_of(devices, major, minor).read = static_cast<double>(bytes);
    if (word == "Write") entry_of(devices, major, minor).written = static_cast<double>(bytes);
  }
  return false;
}

std::unique_ptr<Reader> container_io_reader(Root& root, std::shared_ptr<ControlGroups> groups, const WholeDisks& disks) {
  return std::make_unique<ContainerIoReader>(root, std::move(groups), disks);
}

}  // namespace plimsoll::linux_os
