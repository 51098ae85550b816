// A file system that never answers, made with a FUSE connection that nobody serves: statvfs() on it hangs like on a dead
// NFS mount. The sampler must go on, and so must the listing of mounts. Needs root and /dev/fuse; says so otherwise.
#include "../one_shot.h"
#include "../readers/clock.h"
#include "../sampling.h"
#include "check.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace plimsoll;

namespace {

class DeadMount {
 public:
  DeadMount() {
    char path[] = "/tmp/plimsoll-dead-XXXXXX";
    path_ = mkdtemp(path);
    connection_ = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    const std::string options = "fd=" + std::to_string(connection_) + ",rootmode=40000,user_id=0,group_id=0";
    mounted_ = connection_ >= 0 && mount("plimsoll-dead", path_.c_str(), "fuse", MS_NOSUID | MS_NODEV, options.c_str()) == 0;
  }
  DeadMount(const DeadMount&) = delete;
  DeadMount& operator=(const DeadMount&) = delete;
  ~DeadMount() { revive(); }

  // Ends the connection: whoever waits gets an error.
  void revive() {
    if (connection_ >= 0) close(connection_);
    connection_ = -1;
    if (mounted_) umount2(path_.c_str(), MNT_DETACH);
    mounted_ = false;
    rmdir(path_.c_str());
  }

  bool mounted() const { return mounted_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int connection_ = -1;
  bool mounted_ = false;
};

}  // namespace

TEST("a dead mount does not stop the sampler: its fields are unknown, all others exact") {
  DeadMount dead;
  if (!dead.mounted()) {
    std::cout << "     (not shown: a FUSE mount needs root and /dev/fuse)\n";
    return;
  }
  std::vector<double> memory(Ring::byte_length() / sizeof(double) + 1);
  Ring ring(reinterpret_cast<std::byte*>(memory.data()));
  Sampling sampling(ring, {.root = {}, .watched_path = dead.path(), .accessed = nullptr}, nullptr);
  const double before = monotonic_seconds();
  for (int i = 0; i < 20; ++i) sampling.read({true, true, true});
  CHECK(monotonic_seconds() - before < 4);  // the file system has not answered in any time
  CHECK_EQ(sampling.sample().reason(Field::filesystem_total_bytes), Reason::warming_up);
  CHECK_EQ(sampling.sample().reason(Field::memory_total_bytes), Reason::known);
  CHECK_EQ(sampling.sample().reason(Field::cpu_user_seconds_total), Reason::known);
  usleep(5'200'000);  // an answer that takes longer than 5 s is taken for none
  sampling.read({true, true, true});
  CHECK_EQ(sampling.sample().reason(Field::filesystem_total_bytes), Reason::gone);

  const auto details = read_details({}).details;
  const auto row = std::find_if(details.mounts.begin(), details.mounts.end(),
                                [&](const DetailRow& mount) { return mount.texts.front().second == dead.path(); });
  CHECK(row != details.mounts.end());
  if (row != details.mounts.end()) CHECK(std::isnan(row->numbers.front().second));
  CHECK(std::any_of(details.mounts.begin(), details.mounts.end(), [](const DetailRow& mount) { return mount.numbers.front().second > 0; }));

  sampling.watch("/");
  sampling.read({true, true, true});
  CHECK_EQ(sampling.sample().reason(Field::filesystem_total_bytes), Reason::known);
  dead.revive();
}
