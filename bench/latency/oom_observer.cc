// Beside plimsoll at the same notice of the kernel: prints the monotonic time, in ns, of each "out of memory" of a cgroup v1 group, as
// soon as the kernel has woken it. Argument: the group's folder. https://docs.kernel.org/admin-guide/cgroup-v1/memory.html (10. OOM Control)
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <string>
#include <sys/eventfd.h>
#include <unistd.h>

int main(int count, char** arguments) {
  if (count != 2) return fputs("expected a group's folder\n", stderr), 2;
  const std::string group = arguments[1];
  const int event = eventfd(0, EFD_CLOEXEC);
  const int control = open((group + "/cgroup.event_control").c_str(), O_WRONLY | O_CLOEXEC);
  const std::string text = std::to_string(event) + ' ' + std::to_string(open((group + "/memory.oom_control").c_str(), O_RDONLY | O_CLOEXEC));
  if (write(control, text.c_str(), text.size()) < 0) return perror("cgroup.event_control"), 1;
  puts("ready");
  fflush(stdout);
  for (uint64_t times; read(event, &times, sizeof times) == sizeof times;) {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    printf("%lld\n", static_cast<long long>(now.tv_sec) * 1'000'000'000 + now.tv_nsec);
    fflush(stdout);
  }
}
