// readers/linux/container_io.h, container_pids.h and container_pressure.h on line tables and made-up trees.
#include "../readers/linux/container_io.h"
#include "cgroup_tree.h"

using namespace plimsoll;
using namespace plimsoll::linux_os;
using plimsoll::test::CgroupTree;
using plimsoll::test::kV2Mount;
using plimsoll::test::v1_mount;

namespace {

constexpr Field kRead = Field::container_io_read_bytes_total;
constexpr Field kWritten = Field::container_io_written_bytes_total;
const std::string kBlkio = "/sys/fs/cgroup/blkio";

// A physical disk 8:0 and one that is layered on it, 253:0.
void two_disks(CgroupTree& tree) {
  tree.write("/sys/block/sda/dev", "8:0\n");
  tree.write("/sys/block/sda/device/vendor", "x\n");
  tree.write("/sys/block/dm-0/dev", "253:0\n");
  tree.write("/sys/block/dm-0/slaves/sda/dev", "8:0\n");
}

}  // namespace

TEST("container io: io.stat") {
  std::vector<DeviceBytes> devices;
  CHECK(parse_io_stat("8:0 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n253:0 rbytes=5 wbytes=6\n", devices));
  CHECK_EQ(devices.size(), 2u);
  CHECK_EQ(devices[0].read, 10.0);
  CHECK_EQ(devices[1].written, 6.0);
  CHECK_EQ(devices[1].major, 253u);
  CHECK(parse_io_stat("", devices));
  CHECK(devices.empty());
  CHECK(parse_io_stat("7:0 7:1 8:0 rbytes=10 wbytes=20\n8:16 \n8:32 cost.usage=7\n", devices));
  CHECK_EQ(devices.size(), 1u);
  CHECK_EQ(devices[0].major, 8u);
  for (const char* bad : {"8:0 rbytes=10 wbytes=2x", "x rbytes=1\n", "8:0 rbytes=x\n", "8:0 rbytes=\n", "8 rbytes=1\n", "8: rbytes=1\n",
                          "99999999999:0 rbytes=1\n", "rbytes=1\n"}) {
    CHECK(!parse_io_stat(bad, devices));
  }
}

TEST("container io: v1 service bytes") {
  std::vector<DeviceBytes> devices;
  CHECK(parse_io_service_bytes("8:0 Read 5\n8:0 Write 6\n8:0 Sync 11\n8:0 Total 11\n8:16 Read 7\n8:16 Total 7\nTotal 18\n", devices));
  CHECK_EQ(devices.size(), 2u);
  CHECK_EQ(devices[0].written, 6.0);
  CHECK_EQ(devices[1].read, 7.0);
  CHECK(parse_io_service_bytes("Total 0\n", devices));
  CHECK(devices.empty());
  for (const char* bad : {"", "8:0 Read 5\n", "8:0 Read 5\nTotal 5", "8:0 Read\nTotal 0\n", "x Read 5\nTotal 5\n", "Total\n", "\n"}) {
    CHECK(!parse_io_service_bytes(bad, devices));
  }
}

TEST("container io: v2, whole disks alone; the first bytes after the start count; an empty file is 0") {
  CgroupTree tree;
  two_disks(tree);
  tree.place("0::/a\n", kV2Mount);
  tree.write("/sys/fs/cgroup/a/cgroup.controllers", "io\n");
  tree.write("/sys/fs/cgroup/a/io.stat", "");
  tree.read();
  CHECK_EQ(tree.value(kRead), 0.0);
  CHECK_EQ(tree.value(kWritten), 0.0);
  tree.write("/sys/fs/cgroup/a/io.stat", "8:0 rbytes=100 wbytes=50\n253:0 rbytes=100 wbytes=50\n");
  tree.read();
  CHECK_EQ(tree.value(kRead), 100.0);
  CHECK_EQ(tree.value(kWritten), 50.0);
  // Cut off, then whole again: nothing counts twice.
  tree.write("/sys/fs/cgroup/a/io.stat", "");
  tree.read();
  tree.write("/sys/fs/cgroup/a/io.stat", "8:0 rbytes=100 wbytes=");
  tree.read();
  CHECK_EQ(tree.reason(kRead), Reason::malformed);
  tree.write("/sys/fs/cgroup/a/io.stat", "8:0 rbytes=100 wbytes=50\n");
  tree.read();
  CHECK_EQ(tree.value(kRead), 100.0);
  tree.write("/sys/fs/cgroup/a/io.stat", "8:0 rbytes=130 wbytes=50\n");
  tree.read();
  CHECK_EQ(tree.value(kRead), 130.0);
  // Moved: the new group's past does not count, its growth does.
  tree.write("/sys/fs/cgroup/b/cgroup.controllers", "io\n");
  tree.write("/sys/fs/cgroup/b/io.stat", "8:0 rbytes=9000 wbytes=9000\n");
  tree.write("/proc/self/cgroup", "0::/b\n");
  tree.read();
  CHECK_EQ(tree.value(kRead), 130.0);
  tree.write("/sys/fs/cgroup/b/io.stat", "8:0 rbytes=9005 wbytes=9000\n");
  tree.read();
  CHECK_EQ(tree.value(kRead), 135.0);
}

TEST("container io: without /sys/block all devices are added") {
  CgroupTree tree;
  tree.place("0::/a\n", kV2Mount);
  tree.write("/sys/fs/cgroup/a/cgroup.controllers", "io\n");
  tree.write("/sys/fs/cgroup/a/io.stat", "8:0 rbytes=1 wbytes=2\n8:16 rbytes=10 wbytes=20\n");
  tree.read();
  CHECK_EQ(tree.value(kRead), 11.0);
  CHECK_EQ(tree.value(kWritten), 22.0);
}

TEST("container io: v1, recursive file first, plain one where it is missing, disabled where nothing is counted") {
  CgroupTree tree;
  two_disks(tree);
  tree.place("7:blkio:/a\n", v1_mount("blkio", "blkio"));
  tree.write(kBlkio + "/blkio.throttle.io_service_bytes", "Total 0\n");
  tree.write(kBlkio + "/a/blkio.throttle.io_service_bytes", "Total 0\n");
  tree.read();
  CHECK_EQ(tree.reason(kRead), Reason::disabled);
  tree.write(kBlkio + "/blkio.throttle.io_service_bytes", "8:0 Read 9\n8:0 Total 9\nTotal 9\n");
  tree.read();
  CHECK_EQ(tree.value(kRead), 0.0);  // counted there, no I/O here yet
  tree.write(kBlkio + "/a/blkio.throttle.io_service_bytes", "8:0 Read 30\n8:0 Write 40\n8:0 Total 70\n253:0 Read 30\nTotal 100\n");
  tree.read();
  CHECK_EQ(tree.value(kRead), 30.0);
  CHECK_EQ(tree.value(kWritten), 40.0);
  tree.write(kBlkio + "/a/blkio.throttle.io_service_bytes_recursive", "8:0 Read 31\n8:0 Write 40\nTotal 71\n");
  tree.read();
  CHECK_EQ(tree.value(kRead), 31.0);
}

TEST("container pids: own count, least limit over the levels") {
  CgroupTree tree;
  tree.place("0::/p/c\n", kV2Mount);
  tree.write("/sys/fs/cgroup/cgroup.controllers", "pids\n");
  for (const char* level : {"/p", "/p/c"}) tree.write("/sys/fs/cgroup" + std::string(level) + "/cgroup.controllers", "pids\n");
  tree.write("/sys/fs/cgroup/p/pids.max", "50\n");
  tree.write("/sys/fs/cgroup/p/pids.current", "40\n");
  tree.write("/sys/fs/cgroup/p/c/pids.max", "max\n");
  tree.write("/sys/fs/cgroup/p/c/pids.current", "7\n");
  tree.read();
  CHECK_EQ(tree.value(Field::container_pids_limit_count), 50.0);
  CHECK_EQ(tree.value(Field::container_pids_current_count), 7.0);
  tree.write("/sys/fs/cgroup/p/pids.max", "max\n");
  tree.write("/sys/fs/cgroup/p/c/pids.current", "\n");
  tree.read();
  CHECK_EQ(tree.reason(Field::container_pids_limit_count), Reason::unlimited);
  CHECK_EQ(tree.reason(Field::container_pids_current_count), Reason::malformed);
}

TEST("container pressure: the own group's, also where v2 has no controllers; v1 alone has none") {
  CgroupTree tree;
  tree.place("3:memory:/m\n0::/u\n", v1_mount("memory", "memory") + "40 31 0:40 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
  tree.write("/sys/fs/cgroup/memory/m/memory.usage_in_bytes", "5\n");
  const std::string own = "/sys/fs/cgroup/unified/u";
  const std::string averages = " avg10=0.00 avg60=0.00 avg300=0.00 total=";
  tree.write(own + "/cpu.pressure", "some" + averages + "1000000\n");
  tree.write(own + "/memory.pressure", "some" + averages + "2000000\nfull" + averages + "1500000\n");
  tree.read();
  CHECK_EQ(tree.value(Field::container_pressure_cpu_some_seconds_total), 1.0);
  CHECK_EQ(tree.value(Field::container_pressure_memory_some_seconds_total), 2.0);
  CHECK_EQ(tree.value(Field::container_pressure_memory_full_seconds_total), 1.5);
  CHECK_EQ(tree.reason(Field::container_pressure_io_some_seconds_total), Reason::unsupported);
  CHECK_EQ(tree.value(Field::container_memory_current_bytes), 5.0);
  CHECK_EQ(tree.source(Field::container_pressure_cpu_some_seconds_total), own + "/cpu.pressure (cgroup v2)");
  tree.place("3:memory:/m\n", v1_mount("memory", "memory"));
  tree.read();
  CHECK_EQ(tree.reason(Field::container_pressure_cpu_some_seconds_total), Reason::unsupported);
}
