// Line tables and fake machines for readers/linux/disk.h and whole_disks.h.
#include "../readers/linux/disk.h"
#include "../readers/linux/kept_file.h"
#include "../readers/linux/scanner.h"
#include "../readers/linux/whole_disks.h"
#include "check.h"
#include "recorded_tree.h"

using namespace plimsoll;
using namespace plimsoll::linux_os;
using plimsoll::test::RecordedTree;

namespace {

constexpr const char* kStat = "   10 0 80 5 20 0 160 6 0 2500 11 0 0 0 0 0 0\n";

void add_disk(const RecordedTree& tree, const std::string& name, const std::string& number, const std::string& stat = kStat) {
  tree.folder("/sys/block/" + name + "/device");
  tree.file("/sys/block/" + name + "/dev", number + "\n");
  tree.file("/sys/block/" + name + "/stat", stat);
}

std::string diskstats_line(const std::string& number, const std::string& name, int sectors) {
  return "   " + number + " " + name + " 1 0 " + std::to_string(sectors) + " 0 2 0 0 0 0 1000 0 0 0 0 0 0 0\n";
}

struct Machine {
  explicit Machine(const RecordedTree& tree) : root(tree.options()), disks(root), reader(disk_reader(root, disks)) {}
  void tick() {
    root.next_attempt();
    disks.refresh();
    reader->read_slow(sample);
    reader->read_rates(sample);
  }
  double value(Field field) const { return sample.value(field); }
  double read_bytes() const { return value(Field::disk_read_bytes_total); }
  double devices() const { return value(Field::disk_devices_count); }

  Root root;
  WholeDisks disks;
  std::unique_ptr<Reader> reader;
  Sample sample;
};

}  // namespace

TEST("disk counters: 11, 15, 17 and more numbers; 4 are a partition's; the rest is malformed") {
  struct {
    const char* text;
    Reason reason;
  } table[] = {{"10 1 80 5 20 2 160 6 0 2500 11", Reason::known},
               {"10 1 80 5 20 2 160 6 0 2500 11 1 2 3 4", Reason::known},
               {kStat, Reason::known},
               {"10 1 80 5 20 2 160 6 0 2500 11 1 2 3 4 5 6 7 8 9", Reason::known},
               {"10 1 80 5 20 2 160 6 -1 2500 11", Reason::known},
               {"10 80 20 160", Reason::unsupported},
               {"", Reason::malformed},
               {"\n", Reason::malformed},
               {"10 1 80", Reason::malformed},
               {"10 1 80 5 x", Reason::malformed},
               {"10 1 80 5 20 2 160 6 0 2500", Reason::malformed},
               {"10 1 -80 5 20 2 160 6 0 2500 11", Reason::malformed},
               {"10 1 80k 5 20 2 160 6 0 2500 11", Reason::malformed},
               {"10 1 99999999999999999999 5 20 2 160 6 0 2500 11", Reason::malformed}};
  for (const auto& row : table) CHECK_EQ(parse_disk_counters(row.text).reason, row.reason);
  const auto counters = parse_disk_counters("10 1 80 5 20 2 18446744073709551615 6 0 4294967295 11");
  CHECK_EQ(counters->at(kReads), 10.0);
  CHECK_EQ(counters->at(kReadSectors), 80.0);
  CHECK_EQ(counters->at(kWrites), 20.0);
  CHECK_EQ(counters->at(kWrittenSectors), 18446744073709551615.0);
  CHECK_EQ(counters->at(kBusyMs), 4294967295.0);
}

TEST("disk line: its head") {
  DiskLine disk;
  CHECK(parse_disk_line(" 254       0 vda 1 2", disk));
  CHECK_EQ(disk.major, 254u);
  CHECK_EQ(disk.minor, 0u);
  CHECK_EQ(disk.name, "vda");
  CHECK_EQ(disk.counters, " 1 2");
  for (const char* line : {"", "254", "254 0", "x 0 vda", "254 -1 vda", "99999999999 0 vda"}) CHECK_EQ(parse_disk_line(line, disk), false);
}

TEST("disk: device numbers") {
  uint32_t major = 0, minor = 0;
  CHECK(parse_device_number("259:1048575\n", major, minor));
  CHECK_EQ(major, 259u);
  CHECK_EQ(minor, 1048575u);
  for (const char* text : {"", ":", "259", "259:", ":1", "a:1", "1:2:3", "99999999999:0"}) CHECK_EQ(parse_device_number(text, major, minor), false);
}

TEST("disk: names of partitions") {
  const std::vector<std::string> names = {"sda", "sda1", "nvme0n1", "nvme0n1p1", "mmcblk0", "mmcblk0boot0", "nbd1", "xvdp"};
  const auto is_there = [&names](std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); };
  for (const char* name : {"sda1", "sda12", "nvme0n1p1", "mmcblk0p12", "xvdp1"}) CHECK(is_partition_name(name, is_there));
  for (const char* name : {"sda", "sdb1", "nvme0n1", "nvme1n1", "nvme0n1p", "nbd10", "mmcblk0boot0", "", "1", "p1"}) {
    CHECK_EQ(is_partition_name(name, is_there), false);
  }
}

TEST("disk: only whole physical disks are added up") {
  const RecordedTree tree;
  add_disk(tree, "sda", "8:0");
  tree.folder("/sys/block/sda/sda1");
  tree.folder("/sys/block/sda/slaves");
  tree.file("/sys/block/sda/hidden", "0\n");
  for (const char* name : {"loop0", "zram0", "ram0", "md0", "dm-0", "sr0", "fd0", "nbd0"}) add_disk(tree, name, "7:0");
  tree.file("/sys/block/virtual/dev", "252:0\n");  // no device behind it
  add_disk(tree, "layered", "252:1");
  tree.folder("/sys/block/layered/slaves/sda");
  add_disk(tree, "nvme0n2", "0:0");
  tree.file("/sys/block/nvme0n2/hidden", "1\n");
  Machine machine(tree);
  machine.tick();
  CHECK_EQ(machine.devices(), 1.0);
  CHECK_EQ(machine.read_bytes(), 80.0 * 512);
  CHECK_EQ(machine.value(Field::disk_written_bytes_total), 160.0 * 512);
  CHECK_EQ(machine.value(Field::disk_reads_total), 10.0);
  CHECK_EQ(machine.value(Field::disk_writes_total), 20.0);
  CHECK_EQ(machine.value(Field::disk_busy_seconds_total), 2.5);
}

TEST("disk: counters grow, step back, and a disk comes and goes") {
  const RecordedTree tree;
  add_disk(tree, "sda", "8:0");
  Machine machine(tree);
  machine.tick();
  tree.file("/sys/block/sda/stat", "11 0 90 5 20 0 100 6 0 2600 11\n");  // written steps back
  machine.tick();
  CHECK_EQ(machine.read_bytes(), 90.0 * 512);
  CHECK_EQ(machine.value(Field::disk_written_bytes_total), 160.0 * 512);

  add_disk(tree, "sdb", "8:16", "1000 0 8000 5 20 0 160 6 0 2500 11\n");
  machine.tick();
  CHECK_EQ(machine.devices(), 2.0);
  CHECK_EQ(machine.read_bytes(), 90.0 * 512);  // it starts at 0
  tree.file("/sys/block/sdb/stat", "1000 0 8001 5 20 0 160 6 0 2500 11\n");
  machine.tick();
  CHECK_EQ(machine.read_bytes(), 91.0 * 512);

  tree.remove("/sys/block/sda");
  machine.tick();
  CHECK_EQ(machine.devices(), 1.0);
  CHECK_EQ(machine.read_bytes(), 91.0 * 512);
  tree.remove("/sys/block/sdb");
  machine.tick();
  CHECK_EQ(machine.devices(), 0.0);
  CHECK_EQ(machine.read_bytes(), 91.0 * 512);
}

TEST("disk: a stat file that is gone before the listing says so fails nothing; one that makes no sense does") {
  const RecordedTree tree;
  add_disk(tree, "sda", "8:0");
  add_disk(tree, "sdb", "8:16");
  tree.remove("/sys/block/sdb/stat");
  Machine machine(tree);
  machine.tick();
  CHECK_EQ(machine.devices(), 1.0);
  CHECK_EQ(machine.read_bytes(), 80.0 * 512);
  tree.file("/sys/block/sda/stat", "1 2 x\n");
  machine.tick();
  CHECK_EQ(machine.sample.reason(Field::disk_read_bytes_total), Reason::malformed);
  CHECK_EQ(machine.sample.reason(Field::disk_devices_count), Reason::malformed);
  tree.file("/sys/block/sda/stat", "10 0 81 5 20 0 160 6 0 2500 11\n");
  machine.tick();
  CHECK_EQ(machine.read_bytes(), 81.0 * 512);
}

TEST("disk: more than three disks are read from diskstats, and the change of source loses nothing") {
  const RecordedTree tree;
  for (int i = 0; i < 3; ++i) add_disk(tree, "sd" + std::string(1, static_cast<char>('a' + i)), "8:" + std::to_string(16 * i));
  Machine machine(tree);
  machine.tick();
  CHECK_EQ(machine.read_bytes(), 3 * 80.0 * 512);
  add_disk(tree, "sdd", "8:48");
  tree.file("/proc/diskstats", diskstats_line("8 0", "sda", 81) + diskstats_line("8 1", "sda1", 7000) + diskstats_line("8 16", "sdb", 80) +
                                   diskstats_line("8 32", "sdc", 80) + diskstats_line("8 48", "sdd", 500) +
                                   diskstats_line("253 0", "dm-0", 7000) + "   3    1 hda1 35486 0 35496 38030\n");
  machine.tick();
  CHECK_EQ(machine.devices(), 4.0);
  CHECK_EQ(machine.read_bytes(), (3 * 80.0 + 1) * 512);
  tree.file("/proc/diskstats", diskstats_line("8 0", "sda", 82) + "garbage\n");
  machine.tick();
  CHECK_EQ(machine.sample.reason(Field::disk_read_bytes_total), Reason::malformed);
  tree.file("/proc/diskstats", "");
  machine.tick();
  CHECK_EQ(machine.sample.reason(Field::disk_read_bytes_total), Reason::malformed);
}

TEST("disk: without /sys/block, names tell what counts") {
  const RecordedTree tree;
  tree.file("/proc/diskstats", diskstats_line("8 0", "sda", 1) + diskstats_line("8 1", "sda1", 10) + diskstats_line("259 0", "nvme0n1", 100) +
                                   diskstats_line("259 1", "nvme0n1p1", 1000) + diskstats_line("0 0", "nvme0c1n1", 1000) +
                                   diskstats_line("7 0", "loop0", 1000) + diskstats_line("253 0", "dm-0", 1000) +
                                   diskstats_line("9 0", "md0", 1000) + diskstats_line("252 0", "zram0", 1000) + diskstats_line("11 0", "sr0", 1000));
  Machine machine(tree);
  machine.tick();
  CHECK_EQ(machine.devices(), 2.0);
  CHECK_EQ(machine.read_bytes(), 101.0 * 512);
}

TEST("disk: no disk at all: none is counted and nothing is added up") {
  const RecordedTree tree;
  tree.folder("/sys/block/loop0");
  Machine machine(tree);
  machine.tick();
  CHECK_EQ(machine.devices(), 0.0);
  CHECK_EQ(machine.sample.reason(Field::disk_read_bytes_total), Reason::unsupported);
  add_disk(tree, "sda", "8:0");
  machine.tick();
  CHECK_EQ(machine.devices(), 1.0);
  CHECK_EQ(machine.read_bytes(), 0.0);  // it came later

  const RecordedTree empty;
  Machine nothing(empty);
  nothing.tick();
  CHECK_EQ(nothing.sample.reason(Field::disk_devices_count), Reason::unsupported);
  empty.file("/proc/diskstats", "");
  nothing.tick();
  CHECK_EQ(nothing.devices(), 0.0);
}

TEST("disk: the listing shows every block device") {
  const RecordedTree tree;
  add_disk(tree, "sda", "8:0");
  tree.file("/proc/diskstats", diskstats_line("8 0", "sda", 2) + diskstats_line("8 1", "sda1", 1) + "   3    1 hda1 35486 0 35496 38030\n");
  Machine machine(tree);
  Details details;
  machine.reader->list(details);
  CHECK_EQ(details.disks.size(), size_t{2});
  for (const auto& row : details.disks) {
    CHECK_EQ(row.numbers.size(), size_t{8});
    CHECK_EQ(row.numbers[2].second, row.texts[0].second == "sda" ? 1.0 : 0.0);
  }
  CHECK_EQ(details.disks[0].numbers[3].second, 1024.0);
}

TEST("disk, live: the totals are those of diskstats") {
  const SourceOptions options;
  Root root(options);
  const auto sum = [&root] {
    WholeDisks whole(root);
    whole.refresh();
    KeptFile diskstats(root, "/proc/diskstats", Shape::paged);
    const auto text = diskstats.read();
    double sectors = 0;
    Scanner lines(text ? *text : std::string_view());
    std::string_view line;
    DiskLine disk;
    while (lines.line(line)) {
      if (!parse_disk_line(line, disk) || !whole.contains(disk.major, disk.minor)) continue;
      sectors += parse_disk_counters(disk.counters)->at(kWrittenSectors);
    }
    return std::pair(static_cast<double>(whole.all().size()), sectors * 512);
  };
  WholeDisks disks(root);
  disks.refresh();
  const auto reader = disk_reader(root, disks);
  Sample sample;
  const auto before = sum();
  reader->read_slow(sample);
  reader->read_rates(sample);
  const auto after = sum();
  if (before.first == 0) return;  // a machine without disks
  CHECK_EQ(sample.value(Field::disk_devices_count), before.first);
  CHECK(sample.value(Field::disk_written_bytes_total) >= before.second);
  CHECK(sample.value(Field::disk_written_bytes_total) <= after.second);
}
