// readers/linux/container_memory.h on made-up trees.
#include "../readers/linux/container_memory.h"
#include "cgroup_tree.h"

using namespace plimsoll;
using namespace plimsoll::linux_os;
using plimsoll::test::CgroupTree;
using plimsoll::test::kV2Mount;
using plimsoll::test::v1_mount;

namespace {

constexpr Field kLimit = Field::container_memory_limit_bytes;
constexpr Field kBindingLimit = Field::container_memory_binding_limit_bytes;
constexpr Field kBindingUse = Field::container_memory_binding_working_set_bytes;

void v2_group(CgroupTree& tree, const std::string& path, const std::string& max, const std::string& current, const std::string& inactive) {
  const std::string directory = "/sys/fs/cgroup" + path;
  tree.write(directory + "/cgroup.controllers", "cpu memory pids io\n");
  tree.write(directory + "/memory.max", max + "\n");
  tree.write(directory + "/memory.high", "max\n");
  tree.write(directory + "/memory.current", current + "\n");
  tree.write(directory + "/memory.stat", "anon 11\nfile 22\ninactive_file " + inactive + "\nactive_file 3\n");
  tree.write(directory + "/memory.events", "low 0\nhigh 0\nmax 4\noom 2\noom_kill 1\noom_group_kill 0\n");
}

void v1_group(CgroupTree& tree, const std::string& path, const std::string& limit, const std::string& usage, const std::string& inactive,
              const std::string& hierarchical) {
  const std::string directory = "/sys/fs/cgroup/memory" + path;
  tree.write(directory + "/memory.limit_in_bytes", limit + "\n");
  tree.write(directory + "/memory.usage_in_bytes", usage + "\n");
  tree.write(directory + "/memory.failcnt", "6\n");
  tree.write(directory + "/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
  tree.write(directory + "/memory.stat", "cache 1\nrss 2\ninactive_file 3\nhierarchical_memory_limit " + hierarchical +
                                             "\ntotal_cache 10\ntotal_rss 20\ntotal_inactive_file " + inactive + "\n");
}

}  // namespace

TEST("container memory: memory.stat of both versions, cut off and malformed") {
  const GroupMemory v2 = parse_memory_stat("anon 1\nfile 2\nfile_mapped 9\ninactive_file 3\n", 2);
  CHECK_EQ(*v2.anon, 1.0);
  CHECK_EQ(*v2.file, 2.0);
  CHECK_EQ(*v2.inactive_file, 3.0);
  CHECK_EQ(v2.hierarchical_limit.reason, Reason::unsupported);
  const GroupMemory v1 = parse_memory_stat("inactive_file 9\nhierarchical_memory_limit 5\ntotal_rss_huge 8\ntotal_rss 1\ntotal_cache 2\n", 1);
  CHECK_EQ(*v1.anon, 1.0);
  CHECK_EQ(*v1.file, 2.0);
  CHECK_EQ(v1.inactive_file.reason, Reason::malformed);
  CHECK_EQ(*v1.hierarchical_limit, 5.0);
  CHECK_EQ(parse_memory_stat("anon 1\nfile 2\ninactive_file 35", 2).inactive_file.value, 35.0);
  CHECK_EQ(parse_memory_stat("anon x\n", 2).anon.reason, Reason::malformed);
  CHECK_EQ(parse_memory_stat("hierarchical_memory_limit 9223372036854771712\n", 1).hierarchical_limit.reason, Reason::unlimited);
}

TEST("container memory: v2, one limited level") {
  CgroupTree tree;
  tree.place("0::/a\n", kV2Mount);
  tree.write("/sys/fs/cgroup/cgroup.controllers", "memory\n");  // the hierarchy's root has no memory.*
  v2_group(tree, "/a", "1000", "700", "100");
  tree.read();
  CHECK_EQ(tree.value(kLimit), 1000.0);
  CHECK_EQ(tree.reason(Field::container_memory_high_bytes), Reason::unlimited);
  CHECK_EQ(tree.value(Field::container_memory_current_bytes), 700.0);
  CHECK_EQ(tree.value(Field::container_memory_inactive_file_bytes), 100.0);
  CHECK_EQ(tree.value(Field::container_memory_anon_bytes), 11.0);
  CHECK_EQ(tree.value(Field::container_memory_file_bytes), 22.0);
  CHECK_EQ(tree.value(Field::container_memory_working_set_bytes), 600.0);
  CHECK_EQ(tree.value(kBindingLimit), 1000.0);
  CHECK_EQ(tree.value(kBindingUse), 600.0);
  CHECK_EQ(tree.value(Field::container_memory_oom_kills_total), 1.0);
  CHECK_EQ(tree.value(Field::container_memory_limit_hits_total), 4.0);
  CHECK_EQ(tree.source(kLimit), std::string("/sys/fs/cgroup/a/memory.max (cgroup v2, least of 2 levels)"));
}

TEST("container memory: v2, siblings make an ancestor bind, and the binding level changes within a gauge tick") {
  CgroupTree tree;
  tree.place("0::/p/c\n", kV2Mount);
  v2_group(tree, "/p", "2000", "1950", "50");
  v2_group(tree, "/p/c", "1000", "500", "100");
  tree.read();
  CHECK_EQ(tree.value(kLimit), 1000.0);
  CHECK_EQ(tree.value(kBindingLimit), 2000.0);  // headroom 100 there, 600 here
  CHECK_EQ(tree.value(kBindingUse), 1900.0);
  tree.write("/sys/fs/cgroup/p/memory.current", "900\n");
  tree.read_fast();
  CHECK_EQ(tree.value(kBindingLimit), 1000.0);
  CHECK_EQ(tree.value(kBindingUse), 400.0);
}

TEST("container memory: v2, the ancestor's limit is the least; limits change while running; no limit at all") {
  CgroupTree tree;
  tree.place("0::/p/c\n", kV2Mount);
  v2_group(tree, "/p", "800", "600", "0");
  v2_group(tree, "/p/c", "max", "600", "900");
  tree.write("/sys/fs/cgroup/p/memory.high", "700\n");
  tree.read();
  CHECK_EQ(tree.value(kLimit), 800.0);
  CHECK_EQ(tree.value(Field::container_memory_high_bytes), 700.0);
  CHECK_EQ(tree.value(kBindingLimit), 800.0);
  CHECK_EQ(tree.value(kBindingUse), 600.0);
  CHECK_EQ(tree.value(Field::container_memory_working_set_bytes), 0.0);  // never below 0
  tree.write("/sys/fs/cgroup/p/memory.max", "900\n");
  tree.read();
  CHECK_EQ(tree.value(kLimit), 900.0);
  tree.write("/sys/fs/cgroup/p/memory.max", "max\n");
  tree.read();
  for (const Field field : {kLimit, kBindingLimit, kBindingUse}) CHECK_EQ(tree.reason(field), Reason::unlimited);
}

TEST("container memory: v2 at the hierarchy's root has no figures") {
  CgroupTree tree;
  tree.place("0::/\n", kV2Mount);
  tree.write("/sys/fs/cgroup/cgroup.controllers", "memory\n");
  tree.write("/sys/fs/cgroup/memory.stat", "anon 5\nfile 6\ninactive_file 7\n");
  tree.read();
  CHECK_EQ(tree.value(Field::container_memory_anon_bytes), 5.0);
  for (const Field field : {kLimit, kBindingLimit, Field::container_memory_current_bytes, Field::container_memory_working_set_bytes,
                            Field::container_memory_oom_kills_total}) {
    CHECK_EQ(tree.reason(field), Reason::unsupported);
  }
}

TEST("container memory: v1, sentinels of both page sizes are no limit") {
  for (const char* none : {"9223372036854771712", "9223372036854710272"}) {
    CgroupTree tree;
    tree.place("3:memory:/a\n0::/\n", v1_mount("memory", "memory") + "40 31 0:40 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
    tree.write("/sys/fs/cgroup/unified/cgroup.controllers", "");
    v1_group(tree, "", none, "5000", "0", none);
    v1_group(tree, "/a", none, "500", "100", none);
    tree.read();
    CHECK_EQ(tree.reason(kLimit), Reason::unlimited);
    CHECK_EQ(tree.reason(kBindingLimit), Reason::unlimited);
    CHECK_EQ(tree.reason(Field::container_memory_high_bytes), Reason::unsupported);
    CHECK_EQ(tree.value(Field::container_memory_working_set_bytes), 400.0);
    CHECK_EQ(tree.value(Field::container_memory_anon_bytes), 20.0);
    CHECK_EQ(tree.value(Field::container_memory_file_bytes), 10.0);
    CHECK_EQ(tree.value(Field::container_memory_oom_kills_total), 3.0);
    CHECK_EQ(tree.value(Field::container_memory_limit_hits_total), 6.0);
  }
}

TEST("container memory: v1, a limit above what is visible binds the highest visible level") {
  CgroupTree tree;
  tree.place("3:memory:/pod/c/app\n", v1_mount("memory", "memory", "/pod/c"));
  v1_group(tree, "", "5000", "900", "100", "1000");
  v1_group(tree, "/app", "5000", "300", "0", "1000");
  tree.read();
  CHECK_EQ(tree.value(kLimit), 1000.0);
  CHECK_EQ(tree.value(kBindingLimit), 1000.0);
  CHECK_EQ(tree.value(kBindingUse), 800.0);
  tree.write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  tree.write("/sys/fs/cgroup/memory/app/memory.limit_in_bytes", "9223372036854771712\n");
  tree.read();
  CHECK_EQ(tree.value(kLimit), 1000.0);
  CHECK_EQ(tree.value(kBindingUse), 800.0);
}

TEST("container memory: v1 before Linux 4.13 counts no OOM kills") {
  CgroupTree tree;
  tree.place("3:memory:/a\n", v1_mount("memory", "memory"));
  v1_group(tree, "/a", "1000", "500", "100", "1000");
  tree.write("/sys/fs/cgroup/memory/a/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\n");
  tree.read();
  CHECK_EQ(tree.reason(Field::container_memory_oom_kills_total), Reason::unsupported);
  CHECK_EQ(tree.value(Field::container_memory_limit_hits_total), 6.0);
}

TEST("container memory: one broken file fails its own fields alone") {
  CgroupTree tree;
  tree.place("0::/a\n", kV2Mount);
  v2_group(tree, "/a", "1000", "700", "100");
  tree.write("/sys/fs/cgroup/a/memory.stat", "");
  tree.read();
  CHECK_EQ(tree.value(kLimit), 1000.0);
  CHECK_EQ(tree.value(Field::container_memory_current_bytes), 700.0);
  CHECK_EQ(tree.reason(Field::container_memory_anon_bytes), Reason::malformed);
  CHECK_EQ(tree.reason(Field::container_memory_working_set_bytes), Reason::malformed);
  CHECK_EQ(tree.reason(kBindingLimit), Reason::malformed);
  v2_group(tree, "/a", "lots", "700", "100");
  tree.read();
  CHECK_EQ(tree.reason(kLimit), Reason::malformed);
  CHECK_EQ(tree.reason(kBindingUse), Reason::malformed);
  CHECK_EQ(tree.value(Field::container_memory_working_set_bytes), 600.0);
  v2_group(tree, "/a", "1000", "7 0 0", "100");
  tree.read();
  CHECK_EQ(tree.value(kLimit), 1000.0);
  CHECK_EQ(tree.reason(Field::container_memory_current_bytes), Reason::malformed);
  CHECK_EQ(tree.value(Field::container_memory_inactive_file_bytes), 100.0);
}

TEST("container memory: the process moves: counters go on, limits are the new group's") {
  CgroupTree tree;
  tree.place("0::/a\n", kV2Mount);
  v2_group(tree, "/a", "1000", "700", "100");
  v2_group(tree, "/b", "3000", "10", "0");
  tree.write("/sys/fs/cgroup/b/memory.events", "max 900\noom_kill 800\n");
  tree.read();
  tree.write("/proc/self/cgroup", "0::/b\n");
  tree.read();
  CHECK_EQ(tree.value(kLimit), 3000.0);
  CHECK_EQ(tree.value(Field::container_memory_current_bytes), 10.0);
  CHECK_EQ(tree.value(Field::container_memory_oom_kills_total), 1.0);
  CHECK_EQ(tree.value(Field::container_memory_limit_hits_total), 4.0);
  tree.write("/sys/fs/cgroup/b/memory.events", "max 905\noom_kill 801\n");
  tree.read();
  CHECK_EQ(tree.value(Field::container_memory_oom_kills_total), 2.0);
  CHECK_EQ(tree.value(Field::container_memory_limit_hits_total), 9.0);
  tree.write("/proc/self/cgroup", "0::/a\n");
  tree.read();
  CHECK_EQ(tree.value(Field::container_memory_oom_kills_total), 2.0);
}
