// See system.h.
#include "system.h"

#include "kept_file.h"
#include "scanner.h"

namespace plimsoll::linux_os {
namespace {

class SystemReader final : public Reader {
 public:
  explicit SystemReader(Root& root) : file_nr_(root, "/proc/sys/fs/file-nr", Shape::sysctl) {}

  const char* noun() const override { return "system"; }

  void read_slow(Sample& sample) override {
    const auto text = file_nr_.read();
    const auto table = text ? parse_file_nr(*text) : Result<FileTable>(text.reason);
    if (!table) {
      sample.fail(Field::system_open_files_count, table.reason);
      sample.fail(Field::system_open_files_limit_count, table.reason);
      return;
    }
    sample.set(Field::system_open_files_count, static_cast<double>(table->open));
    // Since Linux 5.10 the default is the largest number there is: no limit.
    if (table->limit >= uint64_t{1} << 62) {
      sample.fail(Field::system_open_files_limit_count, Reason::unlimited);
    } else {
      sample.set(Field::system_open_files_limit_count, static_cast<double>(table->limit));
    }
  }

  void describe(Sources& sources) const override {
    sources.add(Field::system_open_files_count, file_nr_.absolute());
    sources.add(Field::system_open_files_limit_count, file_nr_.absolute());
  }

 private:
  KeptFile file_nr_;
};

}  // namespace

Result<FileTable> parse_file_nr(std::string_view text) {
  Scanner words(text);
  uint64_t allocated = 0, unused = 0, limit = 0;
  if (!words.number(allocated) || !words.number(unused) || !words.number(limit) || unused > allocated) return Reason::malformed;
  return FileTable{allocated - unused, limit};
}

std::unique_ptr<Reader> system_reader(Root& root) { return std::make_unique<SystemReader>(root); }

}  // namespace plimsoll::linux_os
