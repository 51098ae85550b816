// Finding control groups: readers/linux/cgroup.h, cgroup_files.h, cpuset.h and affinity.h on line tables and made-up trees.
#include "../readers/linux/affinity.h"
#include "../readers/linux/cgroup.h"
#include "../readers/linux/cgroup_files.h"
#include "cgroup_tree.h"

using namespace plimsoll;
using namespace plimsoll::linux_os;
using plimsoll::test::CgroupTree;
using plimsoll::test::kV2Mount;
using plimsoll::test::v1_mount;

TEST("cgroup: membership lines") {
  struct {
    const char* line;
    bool good;
    const char* controllers;
    const char* path;
  } table[] = {{"0::/", true, "", "/"},
               {"0::/a:b/c d", true, "", "/a:b/c d"},
               {"4:cpu,cpuacct:/x", true, "cpu,cpuacct", "/x"},
               {"1:name=systemd:/user.slice", true, "name=systemd", "/user.slice"},
               {"0::/../outside", true, "", "/../outside"},
               {"3:memory:/gone (deleted)", true, "memory", "/gone (deleted)"},
               {"", false, "", ""},
               {"0:", false, "", ""},
               {"0::", false, "", ""},
               {"x::/", false, "", ""},
               {"0:memory:/", false, "", ""},
               {"5::/", false, "", ""},
               {"4:memory:relative", false, "", ""}};
  for (const auto& row : table) {
    Membership membership;
    CHECK_EQ(parse_membership_line(row.line, membership), row.good);
    if (!row.good) continue;
    CHECK_EQ(membership.controllers, std::string(row.controllers));
    CHECK_EQ(membership.path, std::string(row.path));
  }
}

TEST("cgroup: words of a list are whole words") {
  CHECK(lists("rw,cpuacct,cpu", "cpu"));
  CHECK(lists("cpuset cpu io\n", "io"));
  CHECK(!lists("rw,cpuacct", "cpu"));
  CHECK(!lists("", "cpu"));
}

TEST("cgroup: a path is shown by a mount whose root it lies below") {
  struct {
    const char* path;
    const char* mount_root;
    const char* directory;  // nullptr: not shown
  } table[] = {{"/", "/", "/m"},          {"/a/b", "/", "/m/a/b"},        {"/a/b", "/a", "/m/b"},
               {"/a", "/a", "/m"},        {"/ab", "/a", nullptr},         {"/b", "/a", nullptr},
               {"/../x", "/", nullptr},   {"/..", "/", nullptr},          {"/../x/y", "/../x", "/m/y"},
               {"/a/../b", "/", nullptr}, {"/..a/b..", "/", "/m/..a/b.."}, {"/a/", "/", "/m/a"}};
  for (const auto& row : table) {
    Mount mount;
    mount.root = row.mount_root;
    mount.mount_point = "/m";
    std::string directory;
    CHECK_EQ(directory_of(row.path, mount, directory), row.directory != nullptr);
    if (row.directory != nullptr) CHECK_EQ(directory, std::string(row.directory));
  }
}

TEST("cgroup: limits, sentinels and nonsense") {
  CHECK_EQ(parse_limit("1048576\n").value, 1048576.0);
  CHECK_EQ(parse_limit("0\n").value, 0.0);
  for (const char* none : {"max\n", "max", "9223372036854771712\n", "9223372036854710272\n", "9223372036854775807", "18446744073709551615\n"}) {
    CHECK_EQ(parse_limit(none).reason, Reason::unlimited);
  }
  for (const char* bad : {"", "\n", "-1\n", "maximum\n", "12 34\n", "1e9\n", "99999999999999999999999\n", "max 5\n"}) {
    CHECK_EQ(parse_limit(bad).reason, Reason::malformed);
  }
}

TEST("cgroup: keyed lines") {
  CHECK_EQ(parse_keyed("oom 1\noom_kill 2\noom_group_kill 3\n", "oom_kill").value, 2.0);
  CHECK_EQ(parse_keyed("oom_kill_disable 1\n", "oom_kill").reason, Reason::unsupported);
  CHECK_EQ(parse_keyed("oom_kill x\n", "oom_kill").reason, Reason::malformed);
  CHECK_EQ(parse_keyed("oom_kill \n", "oom_kill").reason, Reason::malformed);
  CHECK_EQ(parse_keyed("max 1\noom_kill 12", "oom_kill").value, 12.0);  // a last line without its newline is a line
  CHECK_EQ(parse_keyed("", "max").reason, Reason::unsupported);
}

TEST("cgroup: the least of the levels") {
  const auto least_of = [](std::initializer_list<Result<double>> levels) {
    Result<double> least = Reason::unsupported;
    for (const auto& level : levels) take_least(least, level);
    return least;
  };
  CHECK_EQ(least_of({Reason::unlimited, 5.0, 3.0, Reason::unsupported}).value, 3.0);
  CHECK_EQ(least_of({3.0, Reason::unlimited, 5.0}).value, 3.0);
  CHECK_EQ(least_of({Reason::unsupported, Reason::unlimited}).reason, Reason::unlimited);
  CHECK_EQ(least_of({Reason::unsupported}).reason, Reason::unsupported);
  CHECK_EQ(least_of({3.0, Reason::denied, 2.0}).reason, Reason::denied);
}

TEST("cgroup: a group's counter goes on when the process moves") {
  GroupCounter counter;
  CHECK_EQ(counter.grow(1, 100.0).value, 100.0);
  CHECK_EQ(counter.grow(1, 130.0).value, 130.0);
  CHECK_EQ(counter.grow(2, 5000.0).value, 130.0);
  CHECK_EQ(counter.grow(2, Reason::gone).reason, Reason::gone);
  CHECK_EQ(counter.grow(2, 5010.0).value, 140.0);
  CHECK_EQ(counter.grow(2, 4.0).value, 140.0);
  CHECK_EQ(counter.grow(1, 7.0).value, 140.0);
}

TEST("cgroup: v1 hierarchies are told by their options, whatever their directories are called") {
  for (const char* options : {"cpu,cpuacct", "cpuacct,cpu"}) {
    CgroupTree tree;
    // A blank in a mount point is written \040.
    tree.place("4:cpu,cpuacct:/a/b\n3:memory:/m\n", "32 31 0:29 / /sys/fs/cgroup/x\\040y rw - cgroup cgroup rw,xattr," + std::string(options) +
                                                       "\n" + v1_mount("mem", "memory"));
    tree.write("/sys/fs/cgroup/x y/a/b/cpuacct.usage", "1\n");
    tree.write("/sys/fs/cgroup/mem/m/memory.usage_in_bytes", "1\n");
    ControlGroups groups(tree.root());
    groups.refresh();
    CHECK_EQ(groups.of(Controller::cpu).version, 1);
    CHECK_EQ(groups.of(Controller::cpu).levels.size(), 3u);
    CHECK_EQ(groups.of(Controller::cpuacct).levels.front(), std::string("/sys/fs/cgroup/x y/a/b"));
    CHECK_EQ(groups.of(Controller::memory).levels.front(), std::string("/sys/fs/cgroup/mem/m"));
    CHECK(!groups.of(Controller::pids).known());
    CHECK(!groups.unified().known());
  }
}

TEST("cgroup: hybrid is resolved controller by controller") {
  CgroupTree tree;
  tree.place("3:memory:/m\n2:name=systemd:/s\n0::/u/w\n",
             v1_mount("memory", "memory") + v1_mount("systemd", "name=systemd") +
                 "40 31 0:40 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
  tree.write("/sys/fs/cgroup/memory/m/memory.usage_in_bytes", "1\n");
  tree.write("/sys/fs/cgroup/unified/cgroup.controllers", "cpu pids\n");
  tree.write("/sys/fs/cgroup/unified/u/cgroup.controllers", "cpu\n");
  tree.write("/sys/fs/cgroup/unified/u/w/cgroup.controllers", "");
  ControlGroups groups(tree.root());
  groups.refresh();
  CHECK_EQ(groups.of(Controller::memory).version, 1);
  CHECK_EQ(groups.of(Controller::cpu).version, 2);
  CHECK_EQ(groups.of(Controller::cpu).levels.front(), std::string("/sys/fs/cgroup/unified/u"));  // nearest that has it
  CHECK_EQ(groups.of(Controller::pids).levels.size(), 1u);
  CHECK_EQ(groups.of(Controller::io).version, 0);
  CHECK_EQ(groups.unified().levels.front(), std::string("/sys/fs/cgroup/unified/u/w"));
  CHECK_EQ(groups.unified().levels.size(), 3u);
}

TEST("cgroup: outside the namespace nothing is known") {
  CgroupTree tree;
  tree.place("0::/../elsewhere\n", kV2Mount);
  tree.write("/sys/fs/cgroup/memory.max", "5000\n");
  tree.read();
  CHECK_EQ(tree.reason(Field::container_memory_limit_bytes), Reason::denied);
  CHECK_EQ(tree.reason(Field::container_cpu_usage_seconds_total), Reason::denied);
}

TEST("cgroup: deleted or not there: the mount's root stands in") {
  for (const char* path : {"/gone", "/gone (deleted)"}) {
    CgroupTree tree;
    tree.place("0::" + std::string(path) + "\n", kV2Mount);
    tree.write("/sys/fs/cgroup/cgroup.controllers", "memory\n");
    tree.write("/sys/fs/elsewhere/cgroup.controllers", "memory\n");
    ControlGroups groups(tree.root());
    groups.refresh();
    CHECK_EQ(groups.unified().levels.size(), 1u);
    CHECK_EQ(groups.unified().levels.front(), std::string("/sys/fs/cgroup"));
    CHECK(!groups.unified().own_visible);
  }
}

TEST("cgroup: a bind-mounted subtree, and of two mounts the one that shows more ancestors") {
  CgroupTree tree;
  const std::string part = "41 31 0:40 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
  tree.place("0::/docker/abc/app\n", part);
  tree.write("/sys/fs/cgroup/app/cgroup.controllers", "memory\n");
  tree.write("/host/docker/abc/app/cgroup.controllers", "memory\n");
  ControlGroups groups(tree.root());
  groups.refresh();
  CHECK_EQ(groups.unified().levels.size(), 2u);
  CHECK_EQ(groups.unified().levels.front(), std::string("/sys/fs/cgroup/app"));
  tree.place("0::/docker/abc/app\n", part + "42 31 0:40 / /host rw - cgroup2 cgroup2 rw\n");
  const uint32_t before = groups.generation();
  groups.refresh();
  CHECK_EQ(groups.generation(), before);  // same membership: nothing is looked up again
  groups.look_again();
  groups.refresh();
  CHECK_EQ(groups.unified().levels.size(), 4u);
  CHECK_EQ(groups.unified().levels.front(), std::string("/host/docker/abc/app"));
}

TEST("cgroup: nothing to read is unsupported, and is tried again") {
  CgroupTree tree;
  tree.read();
  CHECK_EQ(tree.reason(Field::container_memory_current_bytes), Reason::unsupported);
  CHECK_EQ(tree.source(Field::container_memory_current_bytes), std::string("no control group found"));
  tree.place("0::/a\n", kV2Mount);
  tree.write("/sys/fs/cgroup/a/cgroup.controllers", "memory\n");
  tree.write("/sys/fs/cgroup/a/memory.current", "77\n");
  tree.read();
  CHECK_EQ(tree.value(Field::container_memory_current_bytes), 77.0);
}

TEST("cgroup: malformed membership and mounts place nothing and break nothing") {
  for (const char* text : {"\n", "garbage\n", "0:\n:::\n", "0::/\n0::/\n", "999999999999999999999999:memory:/\n"}) {
    CgroupTree tree;
    tree.write("/proc/self/cgroup", text);
    tree.write("/proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup rw\n- - -\n31\n");
    tree.read();
    CHECK_EQ(tree.reason(Field::container_memory_limit_bytes), Reason::unsupported);
  }
}

TEST("cpuset: affinity and cpuset together; an empty intersection leaves the affinity") {
  struct {
    const char* affinity;
    const char* cpuset;
    double count;
  } table[] = {{"0-3", "2-5\n", 2.0}, {"0-3", "0-7\n", 4.0}, {"0-3", "4-7\n", 4.0}, {"0-3", "\n", 4.0}, {"0-3", "x\n", 4.0}, {"0,2", "0\n", 1.0}};
  for (const auto& row : table) {
    CgroupTree tree;
    tree.place("0::/a/b\n", kV2Mount);
    tree.write("/proc/self/status", "Name:\tx\nCpus_allowed_list:\t" + std::string(row.affinity) + "\n");
    tree.write("/sys/fs/cgroup/cgroup.controllers", "cpuset\n");
    tree.write("/sys/fs/cgroup/a/cgroup.controllers", "cpuset\n");
    tree.write("/sys/fs/cgroup/a/cpuset.cpus.effective", row.cpuset);
    tree.write("/sys/fs/cgroup/a/b/cgroup.controllers", "\n");
    tree.groups()->refresh();
    Affinity affinity(tree.root(), tree.groups());
    CHECK_EQ(affinity.allowed_cpus().value, row.count);
    CHECK_EQ(affinity.source(), std::string("/proc/self/status and /sys/fs/cgroup/a/cpuset.cpus.effective"));
  }
}

TEST("cpuset: v1 effective_cpus before cpus; without any the affinity alone") {
  CgroupTree tree;
  tree.write("/proc/self/status", "Cpus_allowed_list:\t0-3\n");
  Affinity affinity(tree.root(), tree.groups());
  tree.groups()->refresh();
  CHECK_EQ(affinity.allowed_cpus().value, 4.0);
  CHECK_EQ(affinity.source(), std::string("/proc/self/status"));
  tree.root().next_attempt();
  tree.place("3:cpuset:/a\n", v1_mount("cpuset", "cpuset"));
  tree.write("/sys/fs/cgroup/cpuset/a/cpuset.cpus", "0-2\n");
  tree.groups()->refresh();
  CHECK_EQ(affinity.allowed_cpus().value, 3.0);
  tree.write("/sys/fs/cgroup/cpuset/a/cpuset.effective_cpus", "1\n");
  tree.root().next_attempt();
  CHECK_EQ(affinity.allowed_cpus().value, 1.0);
}

TEST("cpuset: the live machine grants at least one CPU") {
  SourceOptions options;
  Root root(options);
  const auto groups = std::make_shared<ControlGroups>(root);
  groups->refresh();
  Affinity affinity(root, groups);
  const auto count = affinity.allowed_cpus();
  CHECK(static_cast<bool>(count));
  CHECK(*count >= 1.0);
}

TEST("cgroup: a controller that is switched on for the own group is noticed without a move") {
  CgroupTree tree;
  tree.place("0::/a/b\n", kV2Mount);
  tree.write("/sys/fs/cgroup/cgroup.controllers", "cpu memory\n");
  tree.write("/sys/fs/cgroup/a/cgroup.controllers", "memory\n");
  tree.write("/sys/fs/cgroup/a/memory.max", "900\n");
  tree.write("/sys/fs/cgroup/a/b/cgroup.controllers", "\n");
  tree.read();
  CHECK_EQ(tree.value(Field::container_memory_limit_bytes), 900.0);
  CHECK_EQ(tree.reason(Field::container_cpu_quota_cores), Reason::unsupported);
  tree.write("/sys/fs/cgroup/a/b/cgroup.controllers", "cpu memory\n");
  tree.write("/sys/fs/cgroup/a/b/cpu.max", "50000 100000\n");
  tree.write("/sys/fs/cgroup/a/b/memory.max", "500\n");
  tree.write("/sys/fs/cgroup/a/b/memory.current", "100\n");
  tree.read();
  CHECK_EQ(tree.value(Field::container_cpu_quota_cores), 0.5);
  CHECK_EQ(tree.value(Field::container_memory_limit_bytes), 500.0);
  CHECK_EQ(tree.value(Field::container_memory_current_bytes), 100.0);
}

TEST("root: no link and no dots lead out of a recorded machine") {
  CgroupTree tree;
  tree.write("/proc/x", "inside\n");
  std::error_code ignored;
  std::filesystem::create_symlink("/proc/version", tree.root_directory() + "/proc/out", ignored);
  std::filesystem::create_symlink("/proc/x", tree.root_directory() + "/proc/in", ignored);
  KeptFile out(tree.root(), "/proc/out"), dots(tree.root(), "/proc/../../../../../proc/version"), in(tree.root(), "/proc/in");
  CHECK(!out.read());
  CHECK(!dots.read());
  const auto text = in.read();
  CHECK(!text || *text == "inside\n");  // without openat2(2) no link is followed at all
}
