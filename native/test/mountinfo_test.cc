// Line tables for readers/linux/mountinfo.h.
#include "../readers/linux/mountinfo.h"
#include "check.h"

using namespace plimsoll;
using namespace plimsoll::linux_os;

TEST("mountinfo line: all fields, with and without optional ones") {
  for (const char* line : {"36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue",
                           "36 35 98:0 /mnt1 /mnt2 rw,noatime - ext3 /dev/root rw,errors=continue",
                           "36 35 98:0 /mnt1 /mnt2 rw,noatime shared:7 master:1 propagate_from:2 unbindable - ext3 /dev/root rw,errors=continue\n"}) {
    Mount mount;
    CHECK(parse_mountinfo_line(line, mount));
    CHECK_EQ(mount.root, "/mnt1");
    CHECK_EQ(mount.mount_point, "/mnt2");
    CHECK_EQ(mount.type, "ext3");
    CHECK_EQ(mount.source, "/dev/root");
    CHECK_EQ(mount.options, "rw,noatime");
    CHECK_EQ(mount.super_options, "rw,errors=continue");
  }
}

TEST("mountinfo line: octal escapes, and what only looks like one") {
  struct {
    const char* written;
    const char* meant;
  } table[] = {{"/a\\040b", "/a b"},     {"/a\\011b", "/a\tb"}, {"/a\\012b", "/a\nb"}, {"/a\\134b", "/a\\b"}, {"/a\\043", "/a#"},
               {"/a\\134040", "/a\\040"}, {"/a\\04", "/a\\04"},  {"/a\\", "/a\\"},      {"/a\\089", "/a\\089"}, {"/a\\400", "/a\\400"},
               {"/a\\303\\244", "/a\xc3\xa4"}};
  for (const auto& row : table) {
    Mount mount;
    CHECK(parse_mountinfo_line(std::string("1 2 0:3 / ") + row.written + " rw - ext4 /dev/vda rw", mount));
    CHECK_EQ(mount.mount_point, row.meant);
  }
}

TEST("mountinfo line: an empty source is a field too") {
  Mount mount;
  CHECK(parse_mountinfo_line("1 2 0:3 / /mnt rw - tmpfs  rw,size=1k", mount));
  CHECK_EQ(mount.source, "");
  CHECK_EQ(mount.super_options, "rw,size=1k");
}

TEST("mountinfo line: one Mount is used again") {
  Mount mount;
  CHECK(parse_mountinfo_line("30 25 0:26 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory", mount));
  CHECK(parse_mountinfo_line("31 25 0:27 / /x rw - cgroup2 c rw", mount));
  CHECK_EQ(mount.mount_point, "/x");
  CHECK_EQ(mount.root, "/");
  CHECK_EQ(mount.super_options, "rw");
}

TEST("mountinfo line: truncated at every length, it is refused or loses its end only") {
  const std::string line = "36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 - ext3 /dev/root rw";
  const size_t fewest = line.find(" rw", line.find("/dev/root")) + 1;
  for (size_t length = 0; length < line.size(); ++length) {
    Mount mount;
    CHECK_EQ(parse_mountinfo_line(std::string_view(line).substr(0, length), mount), length >= fewest);
  }
}

TEST("mountinfo line: garbage is refused") {
  for (const char* line : {"", " ", "\n", "36", "36 35 98:0 / /mnt rw shared:1", "36 35 98:0   rw - a b c", "- - - - - - - -",
                           "36 35 98:0 / /mnt rw -", "36 35 98:0 / /mnt rw -  /dev/root rw"}) {
    Mount mount;
    CHECK_EQ(parse_mountinfo_line(line, mount), false);
  }
  Mount mount;
  std::string endless = "36 35 98:0 / /mnt rw";
  for (int i = 0; i < 1000; ++i) endless += " shared:1";
  CHECK_EQ(parse_mountinfo_line(endless + " - ext4 a rw", mount), false);
}
