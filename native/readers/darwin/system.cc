// See system.h.
#include "system.h"

#include "sysctl.h"

namespace plimsoll::darwin_os {
namespace {

class SystemReader final : public Reader {
 public:
  const char* noun() const override { return "system"; }

  void read_slow(Sample& sample) override {
    sample.put(Field::system_open_files_count, open_.number());
    sample.put(Field::system_open_files_limit_count, limit_.number());
  }

  void describe(Sources& sources) const override {
    sources.add(Field::system_open_files_count, "sysctl kern.num_files");
    sources.add(Field::system_open_files_limit_count, "sysctl kern.maxfiles");
  }

 private:
  Sysctl open_{"kern.num_files"};
  Sysctl limit_{"kern.maxfiles"};
};

}  // namespace

std::unique_ptr<Reader> system_reader() { return std::make_unique<SystemReader>(); }

}  // namespace plimsoll::darwin_os
