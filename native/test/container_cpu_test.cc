// readers/linux/container_cpu.h on line tables and made-up trees.
#include "../readers/linux/container_cpu.h"
#include "cgroup_tree.h"

using namespace plimsoll;
using namespace plimsoll::linux_os;
using plimsoll::test::CgroupTree;
using plimsoll::test::kV2Mount;
using plimsoll::test::v1_mount;

namespace {

constexpr Field kQuota = Field::container_cpu_quota_cores;
constexpr Field kPeriods = Field::container_cpu_periods_total;
constexpr Field kThrottled = Field::container_cpu_throttled_periods_total;
constexpr Field kThrottledSeconds = Field::container_cpu_throttled_seconds_total;
constexpr Field kUsage = Field::container_cpu_usage_seconds_total;

std::string v2_stat(const char* usage, const char* periods, const char* throttled, const char* microseconds) {
  return "usage_usec " + std::string(usage) + "\nuser_usec 1\nsystem_usec 1\nnr_periods " + periods + "\nnr_throttled " + throttled +
         "\nthrottled_usec " + microseconds + "\n";
}

void v2_group(CgroupTree& tree, const std::string& path, const std::string& max, const std::string& stat) {
  tree.write("/sys/fs/cgroup" + path + "/cgroup.controllers", "cpu\n");
  tree.write("/sys/fs/cgroup" + path + "/cpu.max", max);
  tree.write("/sys/fs/cgroup" + path + "/cpu.stat", stat);
}

}  // namespace

TEST("container cpu: cpu.max") {
  CHECK_EQ(parse_cpu_max("50000 100000\n").value, 0.5);
  CHECK_EQ(parse_cpu_max("250000 100000\n").value, 2.5);
  CHECK_EQ(parse_cpu_max("50000\n").value, 0.5);
  CHECK_EQ(parse_cpu_max("33333 100000\n").value, 0.33333);
  CHECK_EQ(parse_cpu_max("max 100000\n").reason, Reason::unlimited);
  CHECK_EQ(parse_cpu_max("max\n").reason, Reason::unlimited);
  for (const char* bad : {"", "\n", "x 100000\n", "1 0\n", "0 100000\n", "-1 100000\n", "1 2 3\n", "max x\n"}) {
    CHECK_EQ(parse_cpu_max(bad).reason, Reason::malformed);
  }
}

TEST("container cpu: v1 quota and period") {
  CHECK_EQ(parse_cfs_quota("150000\n", "100000\n").value, 1.5);
  CHECK_EQ(parse_cfs_quota("-1\n", "100000\n").reason, Reason::unlimited);
  for (const char* bad : {"", "-2\n", "x\n", "0\n", "1 2\n"}) CHECK_EQ(parse_cfs_quota(bad, "100000\n").reason, Reason::malformed);
  CHECK_EQ(parse_cfs_quota("1\n", "").reason, Reason::malformed);
  CHECK_EQ(parse_cfs_quota("1\n", "0\n").reason, Reason::malformed);
}

TEST("container cpu: cpu.stat counts microseconds in v2, nanoseconds in v1") {
  const GroupCpu v2 = parse_cpu_stat(v2_stat("1500000", "10", "4", "250000"));
  CHECK_EQ(*v2.usage_seconds, 1.5);
  CHECK_EQ(*v2.throttled_seconds, 0.25);
  const GroupCpu v1 = parse_cpu_stat("nr_periods 10\nnr_throttled 4\nthrottled_time 250000000\n");
  CHECK_EQ(*v1.throttled_seconds, 0.25);
  CHECK_EQ(*v1.periods, 10.0);
  CHECK_EQ(v1.usage_seconds.reason, Reason::unsupported);
  CHECK_EQ(parse_cpu_stat("throttled_usec x\nthrottled_time 1\n").throttled_seconds.reason, Reason::malformed);
}

TEST("container cpu: v2, the parent's quota binds and its throttling is read there") {
  CgroupTree tree;
  tree.place("0::/p/c\n", kV2Mount);
  tree.write("/sys/fs/cgroup/cgroup.controllers", "cpu\n");
  v2_group(tree, "/p", "150000 100000\n", v2_stat("9000000", "100", "40", "2000000"));
  v2_group(tree, "/p/c", "200000 100000\n", v2_stat("3000000", "50", "0", "0"));
  tree.read();
  CHECK_EQ(tree.value(kQuota), 1.5);
  CHECK_EQ(tree.value(kUsage), 3.0);
  CHECK_EQ(tree.value(kPeriods), 100.0);
  CHECK_EQ(tree.value(kThrottled), 40.0);
  CHECK_EQ(tree.value(kThrottledSeconds), 2.0);
  CHECK_EQ(tree.source(kQuota), std::string("/sys/fs/cgroup/p/c/cpu.max (cgroup v2, least of 3 levels)"));
  CHECK_EQ(tree.source(kThrottled), std::string("/sys/fs/cgroup/p/cpu.stat (cgroup v2)"));
  // The own quota becomes the least: the totals go on from where they were.
  tree.write("/sys/fs/cgroup/p/c/cpu.max", "50000 100000\n");
  tree.read();
  CHECK_EQ(tree.value(kQuota), 0.5);
  CHECK_EQ(tree.value(kPeriods), 100.0);
  tree.write("/sys/fs/cgroup/p/c/cpu.stat", v2_stat("3500000", "57", "3", "500000"));
  tree.read_fast();
  CHECK_EQ(tree.value(kPeriods), 107.0);
  CHECK_EQ(tree.value(kThrottled), 43.0);
  CHECK_EQ(tree.value(kThrottledSeconds), 2.5);
  CHECK_EQ(tree.value(kUsage), 3.5);
}

TEST("container cpu: no quota is unlimited, at the hierarchy's root it is unsupported, usage is known in both") {
  CgroupTree tree;
  tree.place("0::/a\n", kV2Mount);
  tree.write("/sys/fs/cgroup/cgroup.controllers", "cpu\n");
  tree.write("/sys/fs/cgroup/cpu.stat", "usage_usec 8000000\n");
  v2_group(tree, "/a", "max 100000\n", v2_stat("1000000", "0", "0", "0"));
  tree.read();
  for (const Field field : {kQuota, kPeriods, kThrottled, kThrottledSeconds}) CHECK_EQ(tree.reason(field), Reason::unlimited);
  CHECK_EQ(tree.value(kUsage), 1.0);
  tree.write("/proc/self/cgroup", "0::/\n");
  tree.read();
  CHECK_EQ(tree.reason(kQuota), Reason::unsupported);
  CHECK_EQ(tree.value(kUsage), 1.0);  // moved: starts at 0 there
}

TEST("container cpu: v1, cpu and cpuacct apart") {
  CgroupTree tree;
  tree.place("2:cpuacct:/x\n1:cpu:/p/c\n", v1_mount("cpu", "cpu") + v1_mount("cpuacct", "cpuacct"));
  tree.write("/sys/fs/cgroup/cpuacct/x/cpuacct.usage", "2500000000\n");
  tree.write("/sys/fs/cgroup/cpu/p/cpu.cfs_quota_us", "75000\n");
  tree.write("/sys/fs/cgroup/cpu/p/cpu.cfs_period_us", "100000\n");
  tree.write("/sys/fs/cgroup/cpu/p/cpu.stat", "nr_periods 9\nnr_throttled 8\nthrottled_time 7000000000\n");
  tree.write("/sys/fs/cgroup/cpu/p/c/cpu.cfs_quota_us", "-1\n");
  tree.write("/sys/fs/cgroup/cpu/p/c/cpu.cfs_period_us", "100000\n");
  tree.write("/sys/fs/cgroup/cpu/p/c/cpu.stat", "nr_periods 0\nnr_throttled 0\nthrottled_time 0\n");
  tree.read();
  CHECK_EQ(tree.value(kUsage), 2.5);
  CHECK_EQ(tree.value(kQuota), 0.75);
  CHECK_EQ(tree.value(kThrottled), 8.0);
  CHECK_EQ(tree.value(kThrottledSeconds), 7.0);
  tree.write("/sys/fs/cgroup/cpu/p/cpu.cfs_quota_us", "-1\n");
  tree.read();
  CHECK_EQ(tree.reason(kQuota), Reason::unlimited);
  tree.write("/sys/fs/cgroup/cpu/p/cpu.cfs_quota_us", "x\n");
  tree.read();
  CHECK_EQ(tree.reason(kQuota), Reason::malformed);
  CHECK_EQ(tree.reason(kPeriods), Reason::malformed);
  CHECK_EQ(tree.value(kUsage), 2.5);
}

TEST("container cpu: the process moves, usage goes on") {
  CgroupTree tree;
  tree.place("0::/a\n", kV2Mount);
  v2_group(tree, "/a", "max 100000\n", v2_stat("1000000", "0", "0", "0"));
  v2_group(tree, "/b", "max 100000\n", v2_stat("70000000", "0", "0", "0"));
  tree.read();
  tree.write("/proc/self/cgroup", "0::/b\n");
  tree.remove("/sys/fs/cgroup/a");
  tree.read();
  CHECK_EQ(tree.value(kUsage), 1.0);
  tree.write("/sys/fs/cgroup/b/cpu.stat", v2_stat("70500000", "0", "0", "0"));
  tree.read();
  CHECK_EQ(tree.value(kUsage), 1.5);
}
