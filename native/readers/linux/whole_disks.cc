// See whole_disks.h. Traps: nvme multipath shows each path as a hidden disk of its own beside the one that is used; a
// disk of a virtual driver has no `device`; what is made of other disks has `slaves`.
#include "whole_disks.h"

#include "../../accumulator.h"
#include "scanner.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace plimsoll::linux_os {
namespace {

constexpr auto kUncountedPrefixes = std::to_array<std::string_view>(
    {"loop", "ram", "zram", "dm-", "md", "nbd", "sr", "fd", "drbd", "bcache"});

// A disk that went away between the listing and the look at it is no disk; one that could not be opened may be one.
bool is_certain(Reason reason) { return reason != Reason::internal; }

}  // namespace

bool parse_device_number(std::string_view text, uint32_t& major, uint32_t& minor) {
  const size_t colon = text.find(':');
  uint64_t high = 0, low = 0;
  if (colon == std::string_view::npos) return false;
  if (!whole_number(text.substr(0, colon), high) || !whole_number(text.substr(colon + 1), low)) return false;
  if (high > UINT32_MAX || low > UINT32_MAX) return false;
  major = static_cast<uint32_t>(high);
  minor = static_cast<uint32_t>(low);
  return true;
}

bool is_uncounted_disk_name(std::string_view name) {
  if (name.starts_with("nvme") && name.find('c') != std::string_view::npos) return true;  // nvme0c1n1: a path to nvme0n1
  return std::any_of(kUncountedPrefixes.begin(), kUncountedPrefixes.end(),
                     [name](std::string_view prefix) { return name.starts_with(prefix); });
}

void WholeDisks::refresh() {
  // A sum over the names' hashes: the order in which a directory is listed means nothing.
  uint64_t listing = 0;
  const auto count = block_.list([&listing](std::string_view name) { listing += identity(name.data(), name.size()); });
  const bool was_known = std::exchange(known_, static_cast<bool>(count));
  if (!known_) {
    complete_ = false;
    disks_.clear();
    if (was_known || generation_ == 0) ++generation_;
    return;
  }
  listing += *count;
  if (was_known && complete_ && listing == listing_) return;
  listing_ = listing;
  complete_ = true;
  ++generation_;
  disks_.clear();
  block_.list([this](std::string_view name) { complete_ = add_if_whole(name) && complete_; });
  std::sort(disks_.begin(), disks_.end(),
            [](const Disk& a, const Disk& b) { return std::tie(a.major, a.minor) < std::tie(b.major, b.minor); });
}

bool WholeDisks::add_if_whole(std::string_view name) {
  if (is_uncounted_disk_name(name)) return true;
  const std::string folder = block_.absolute() + "/" + std::string(name);
  if (!exists(*root_, folder + "/device")) return true;
  const auto slaves = KeptDirectory(*root_, folder + "/slaves").list([](std::string_view) {});
  if (!slaves && !is_certain(slaves.reason)) return false;
  if (slaves && *slaves > 0) return true;

  const auto hidden = KeptFile(*root_, folder + "/hidden").read();  // since Linux 4.15
  if (!hidden && !is_certain(hidden.reason)) return false;
  if (hidden && hidden->starts_with('1')) return true;

  Disk disk{std::string(name), 0, 0};
  const auto numbers = KeptFile(*root_, folder + "/dev").read();
  if (!numbers) return is_certain(numbers.reason);
  if (parse_device_number(*numbers, disk.major, disk.minor)) disks_.push_back(std::move(disk));
  return true;
}

bool WholeDisks::contains(uint32_t major, uint32_t minor) const {
  const auto place = std::lower_bound(disks_.begin(), disks_.end(), std::pair(major, minor), [](const Disk& disk, const auto& wanted) {
    return std::tie(disk.major, disk.minor) < std::tie(wanted.first, wanted.second);
  });
  return place != disks_.end() && place->major == major && place->minor == minor;
}

}  // namespace plimsoll::linux_os
