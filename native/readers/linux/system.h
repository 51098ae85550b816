// Whole-system file table: /proc/sys/fs/file-nr. https://docs.kernel.org/admin-guide/sysctl/fs.html#file-max-file-nr
#pragma once

#include "../reader.h"
#include "root.h"

namespace plimsoll::linux_os {

struct FileTable {
  uint64_t open;
  uint64_t limit;
};

// "allocated unused limit"
Result<FileTable> parse_file_nr(std::string_view text);

std::unique_ptr<Reader> system_reader(Root& root);

}  // namespace plimsoll::linux_os
