// Fake machines and the live one for readers/linux/filesystem.h and readers/posix/space.h.
#include "../readers/clock.h"
#include "../readers/linux/filesystem.h"
#include "../readers/posix/space.h"
#include "check.h"
#include "recorded_tree.h"

#include <sys/statvfs.h>

using namespace plimsoll;
using namespace plimsoll::linux_os;
using plimsoll::posix::SpaceAsker;
using plimsoll::test::RecordedTree;

namespace {

constexpr const char* kMounts =
    "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
    "23 22 0:21 / /proc rw - proc proc rw\n"
    "24 22 0:22 / /sys rw - sysfs sysfs rw\n"
    "25 24 0:23 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n"
    "26 22 0:24 / /tmp rw - tmpfs tmpfs rw\n"
    "27 22 0:25 / /mnt/a\\040b rw - nfs4 server:/export rw\n"
    "not a mount\n"
    "28 22 0:26 / /covered rw - ext4 /dev/vdb rw\n"
    "29 22 0:27 / /covered rw - overlay overlay rw\n"
    "30 22 0:28 / /covered2 rw - ext4 /dev/vdc rw\n"
    "31 22 0:29 / /covered2 rw - autofs systemd-1 rw\n";

}  // namespace

TEST("filesystem: what is the kernel's own is no real file system") {
  for (const char* type : {"ext4", "xfs", "btrfs", "nfs4", "fuse.sshfs", "overlay", "tmpfs", "9p", "squashfs", "vfat", ""}) CHECK(is_real_file_system(type));
  for (const char* type : {"proc", "sysfs", "cgroup", "cgroup2", "devpts", "mqueue", "debugfs", "tracefs", "securityfs", "pstore", "bpf", "configfs",
                           "fusectl", "hugetlbfs", "autofs", "binfmt_misc", "nsfs", "rpc_pipefs", "efivarfs"}) {
    CHECK_EQ(is_real_file_system(type), false);
  }
}

TEST("filesystem: a recorded machine shows its mounts and is not asked for sizes") {
  const RecordedTree tree;
  tree.file("/proc/self/mountinfo", kMounts);
  Root root(tree.options());
  const auto reader = filesystem_reader(root, "/");
  Sample sample;
  reader->read_slow(sample);
  CHECK_EQ(sample.reason(Field::filesystem_total_bytes), Reason::unsupported);
  Details details;
  reader->list(details);
  const std::vector<std::string> paths = {"/", "/tmp", "/mnt/a b", "/covered"};
  CHECK_EQ(details.mounts.size(), paths.size());
  for (size_t i = 0; i < std::min(paths.size(), details.mounts.size()); ++i) {
    CHECK_EQ(details.mounts[i].texts[0].second, paths[i]);
    CHECK(std::isnan(details.mounts[i].numbers[0].second));
    CHECK(std::isnan(details.mounts[i].numbers[1].second));
  }
  CHECK_EQ(details.mounts[3].texts[1].second, "overlay");
  CHECK_EQ(details.mounts[2].texts[2].second, "server:/export");
}

TEST("filesystem, live: the first reading has the watched path's space, and so have the next") {
  const SourceOptions options;
  Root root(options);
  struct statvfs expected;
  CHECK_EQ(statvfs("/", &expected), 0);
  const auto reader = filesystem_reader(root, "/");
  for (int i = 0; i < 100; ++i) {
    Sample sample;
    reader->read_slow(sample);
    if (sample.reason(Field::filesystem_total_bytes) == Reason::warming_up) continue;  // a machine that is busy elsewhere
    CHECK_EQ(sample.value(Field::filesystem_total_bytes), static_cast<double>(expected.f_blocks) * static_cast<double>(expected.f_frsize));
    const double available = sample.value(Field::filesystem_available_bytes);
    CHECK(available > 0 && available < sample.value(Field::filesystem_total_bytes));
  }
}

TEST("filesystem, live: no path, a path that is not there, one without a size") {
  const SourceOptions options;
  Root root(options);
  for (const char* path : {"", "/there/is/no/such/path", "/proc", "/proc/self/status/x"}) {
    const auto reader = filesystem_reader(root, path);
    Sample sample;
    reader->read_slow(sample);
    const Reason reason = sample.reason(Field::filesystem_available_bytes);
    CHECK(reason == Reason::unsupported || reason == Reason::warming_up);
  }
}

TEST("filesystem, live: the listing has the root's size and takes no longer than it may") {
  const SourceOptions options;
  Root root(options);
  const auto reader = filesystem_reader(root, "");
  Details details;
  const double start = monotonic_seconds();
  reader->list(details);
  CHECK(monotonic_seconds() - start < 1);
  const auto found = std::find_if(details.mounts.begin(), details.mounts.end(), [](const DetailRow& row) { return row.texts[0].second == "/"; });
  if (found == details.mounts.end()) return;
  CHECK(found->numbers[0].second > 0);
}

TEST("space: one question at a time; dismissed while one is open, nobody waits") {
  SpaceAsker asker({"/", "/there/is/no/such/path"});
  CHECK_EQ(asker.answer(0).reason, Reason::warming_up);
  CHECK_EQ(asker.open(), false);
  for (int i = 0; i < 50; ++i) {
    CHECK(asker.ask());
    CHECK(asker.wait_until(monotonic_seconds() + 10));
    CHECK_EQ(asker.path_waited_for(), "");
    CHECK(static_cast<bool>(asker.answer(0)));
    CHECK_EQ(asker.answer(1).reason, Reason::unsupported);
    CHECK_EQ(asker.answer(2).reason, Reason::unsupported);
  }
  for (int i = 0; i < 50; ++i) {
    SpaceAsker dismissed(std::vector<std::string>(1000, "/"));
    CHECK(dismissed.ask());
    if (dismissed.open()) CHECK_EQ(dismissed.ask(), false);
  }
}
