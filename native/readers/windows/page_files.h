// The page files, decoded. A pure function, any thread.
// https://ntdoc.m417z.com/system_pagefile_information
#pragma once

#include "../../result.h"
#include "layouts.h"

#include <span>

namespace plimsoll::windows_os {

struct PageFiles {
  double total_pages = 0;
  double free_pages = 0;
};

// The list that NtQuerySystemInformation(SystemPageFileInformation) has filled; empty where there is no page file.
Result<PageFiles> decode_page_files(std::span<const std::byte> bytes);

}  // namespace plimsoll::windows_os
