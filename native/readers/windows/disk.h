// Disk input and output: PDH "PhysicalDisk", else IOCTL_DISK_PERFORMANCE of each drive. Readers' thread.
// https://learn.microsoft.com/windows/win32/api/winioctl/ni-winioctl-ioctl_disk_performance
#pragma once

#include "pdh.h"

namespace plimsoll::windows_os {

std::unique_ptr<Reader> disk_reader(std::shared_ptr<Pdh> pdh);

}  // namespace plimsoll::windows_os
