// See disk.h. A drive is opened for each reading: a handle that is kept keeps a USB disk from being taken out. It is
// opened for no access at all, which needs no privilege. Some virtual drives keep no statistics, and on Windows Server none
// does before `diskperf -y`: their part would be missing from the sums, which are unknown then.
//
// IOCTL_DISK_PERFORMANCE turns the counters of a drive on, and IOCTL_DISK_PERFORMANCE_OFF is not sent in the end. By the
// driver kit's text each request raises a count of users; by its only source (diskperf) there is one flag for the first
// request of all, so that OFF would stop the counters, and set them to 0, for every other program that reads them.
// https://learn.microsoft.com/windows-hardware/drivers/ddi/ntdddisk/ni-ntdddisk-ioctl_disk_performance
// https://learn.microsoft.com/windows-hardware/drivers/ddi/ntdddisk/ni-ntdddisk-ioctl_disk_performance_off
#include "disk.h"

#include "api.h"
#include "disk_counters.h"
#include "text.h"

#include <algorithm>
#include <string>
#include <winioctl.h>

namespace plimsoll::windows_os {
namespace {

constexpr size_t kMostNames = 1 << 20;
constexpr const char* kCall = "IOCTL_DISK_PERFORMANCE";
constexpr const char* kCallRefused = "IOCTL_DISK_PERFORMANCE, which a drive refuses: `diskperf -y` may turn it on";
constexpr size_t kAnswerBytes = 512;  // systems may answer with more than the structure of this header

struct DiskField {
  Field field;
  DiskCounter counter;
  const char* name;  // in a detail row
  PdhCounter pdh;
};
constexpr DiskField kDiskFields[] = {
    {Field::disk_read_bytes_total, kReadBytes, "readBytes", PdhCounter::disk_read_bytes},
    {Field::disk_written_bytes_total, kWrittenBytes, "writtenBytes", PdhCounter::disk_written_bytes},
    {Field::disk_reads_total, kReads, "reads", PdhCounter::disk_reads},
    {Field::disk_writes_total, kWrites, "writes", PdhCounter::disk_writes},
    {Field::disk_busy_seconds_total, kBusySeconds, "busySeconds", PdhCounter::disk_idle},
};

// `unsupported`: a drive without statistics, or with its counters off.
Result<DiskCounters> read_drive(uint32_t number) {
  const std::wstring path = to_wide("\\\\.\\PhysicalDrive" + std::to_string(number));
  const HANDLE drive = CreateFileW(path.c_str(), 0, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING, 0, nullptr);
  if (drive == INVALID_HANDLE_VALUE) return reason_of_error(GetLastError());
  alignas(8) std::byte answer[kAnswerBytes];
  DWORD bytes = 0;
  const bool answered = DeviceIoControl(drive, IOCTL_DISK_PERFORMANCE, nullptr, 0, answer, sizeof answer, &bytes, nullptr) != 0;
  const DWORD error = answered ? ERROR_SUCCESS : GetLastError();
  CloseHandle(drive);
  if (!answered) return reason_of_error(error);
  return decode_disk_performance({answer, std::min<size_t>(bytes, sizeof answer)});
}

class DiskReader final : public Reader {
 public:
  explicit DiskReader(std::shared_ptr<Pdh> pdh) : pdh_(std::move(pdh)), names_(1 << 14) {}

  const char* noun() const override { return "disk"; }

  void read_slow(Sample&) override { look_again(); }

  void read_rates(Sample& sample) override {
    read_drives();
    offer_pdh_disk({pdh_->of(PdhCounter::disk_read_bytes), pdh_->of(PdhCounter::disk_written_bytes), pdh_->of(PdhCounter::disk_reads),
                    pdh_->of(PdhCounter::disk_writes), pdh_->of(PdhCounter::disk_idle)}, from_pdh_);
    for (const auto& disk : kDiskFields) sample.put(disk.field, totals_[disk.counter].take(from_pdh_[disk.counter], drives_[disk.counter]));
    const Offer& counted = from_pdh_[kReadBytes].reason == Reason::known ? from_pdh_[kReadBytes] : drives_[kReadBytes];
    if (counted.reason == Reason::known || numbers_.empty()) {
      sample.set(Field::disk_devices_count, static_cast<double>(counted.devices.size()));
    } else {
      sample.fail(Field::disk_devices_count, counted.reason);
    }
  }

  void describe(Sources& sources) const override {
    const char* call = !numbers_.empty() && drives_[kReadBytes].reason == Reason::unsupported ? kCallRefused : kCall;
    for (const auto& disk : kDiskFields) sources.add(disk.field, pdh_->source(disk.pdh, call));
    sources.add(Field::disk_devices_count, pdh_->source(PdhCounter::disk_read_bytes, call));
  }

  void list(Details& details) override {
    look_again();
    for (const uint32_t number : numbers_) {
      const auto counters = read_drive(number);
      if (!counters) continue;
      DetailRow row;
      row.texts.emplace_back("name", "PhysicalDrive" + std::to_string(number));
      row.numbers.emplace_back("number", static_cast<double>(number));
      row.numbers.emplace_back("counted", 1);
      for (const auto& field : kDiskFields) row.numbers.emplace_back(field.name, (*counters)[field.counter]);
      details.disks.push_back(std::move(row));
    }
  }

 private:
  // Drives have no fixed range of numbers, so all names of devices are looked through.
  void look_again() {
    DWORD units = 0;
    while ((units = QueryDosDeviceW(nullptr, names_.data(), static_cast<DWORD>(names_.size()))) == 0) {
      if (GetLastError() != ERROR_INSUFFICIENT_BUFFER || names_.size() >= kMostNames) return;
      names_.resize(names_.size() * 2);
    }
    find_physical_drives({reinterpret_cast<const char16_t*>(names_.data()), units}, numbers_);
  }

  void read_drives() {
    readings_.clear();
    for (const uint32_t number : numbers_) readings_.push_back({number, read_drive(number)});
    offer_drives(readings_, drives_);
    any_drive_ = any_drive_ || !drives_[kReadBytes].devices.empty();
    if (!any_drive_ && drives_[kReadBytes].reason == Reason::known) fail(Reason::unsupported);
  }

  void fail(Reason reason) {
    for (Offer& offer : drives_) offer.fail(reason);
  }

  std::shared_ptr<Pdh> pdh_;
  std::vector<wchar_t> names_;
  std::vector<uint32_t> numbers_;
  std::vector<DriveReading> readings_;  // keeps its room
  Offers<kDiskCounters> from_pdh_;
  Offers<kDiskCounters> drives_;
  std::array<ServedCounter, kDiskCounters> totals_{ServedCounter{}, ServedCounter{}, ServedCounter{}, ServedCounter{},
                                                   ServedCounter{ServedCounter::from_zero}};
  bool any_drive_ = false;  // there has been one: from then on the counters stand
};

}  // namespace

std::unique_ptr<Reader> disk_reader(std::shared_ptr<Pdh> pdh) { return std::make_unique<DiskReader>(std::move(pdh)); }

}  // namespace plimsoll::windows_os
