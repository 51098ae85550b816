// A stand-in for the system's pdh.dll that plays raw counters from a file, for tests under Wine, whose own PDH has next to
// none. It keeps the contract that the readers rely on: sizes are asked for, arrays hold names behind items, states are
// PDH's. One query at a time. https://learn.microsoft.com/windows/win32/api/pdh/
//
// The file is named by PLIMSOLL_PDH_PLAY when a query is opened. Lines:
//   missing PATH                            this counter cannot be added (0xC0000BB8)
//   short HEX                               an array's buffer that is too small, but not 0, gets this state and a size of no use
//   collect                                 what the next PdhCollectQueryData finds begins here; the last one stays
//   status HEX                              … this collection fails
//   sleep MS                                … takes long
//   grow                                    … its first array that fits has grown meanwhile: PDH_MORE_DATA once more
//   copies N GROUP                          … repeats the next value for the instances "GROUP,0" … "GROUP,N-1"
//   PATH|INSTANCE|FIRST|SECOND[|STATUS]     … a value of an instance
#include <windows.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace {

constexpr LONG kOk = 0;
constexpr LONG kNoObject = static_cast<LONG>(0xC0000BB8);
constexpr LONG kMoreData = static_cast<LONG>(0x800007D2);
constexpr LONG kNoData = static_cast<LONG>(0x800007D5);
constexpr LONG kNoFile = static_cast<LONG>(0xC0000BDD);

struct RawCounter {  // PDH_RAW_COUNTER
  DWORD status;
  FILETIME time;
  LONGLONG first;
  LONGLONG second;
  DWORD multiple;
};
struct Item {  // PDH_RAW_COUNTER_ITEM_W
  wchar_t* name;
  RawCounter counter;
};

struct Value {
  std::string path;
  std::string instance;
  RawCounter counter{};
};

struct Collection {
  LONG status = kOk;
  DWORD sleep_ms = 0;
  bool grows = false;
  std::vector<Value> values;
};

struct Query {
  std::vector<std::string> missing;
  LONG answer_when_short = kOk;  // 0: PDH_MORE_DATA and the size
  std::vector<Collection> collections;
  std::vector<std::unique_ptr<std::string>> counters;  // their paths; a counter's handle is the address of one
  size_t next = 0;
  Collection* current = nullptr;
};
Query* the_query = nullptr;

std::vector<std::string> split(const std::string& line, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : line) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

Value parse_value(const std::string& line) {
  const auto parts = split(line, '|');
  Value value;
  if (parts.size() < 4) std::abort();
  value.path = parts[0];
  value.instance = parts[1];
  value.counter.first = std::strtoll(parts[2].c_str(), nullptr, 10);
  value.counter.second = std::strtoll(parts[3].c_str(), nullptr, 10);
  value.counter.multiple = 1;
  if (parts.size() > 4) value.counter.status = static_cast<DWORD>(std::strtoul(parts[4].c_str(), nullptr, 16));
  return value;
}

bool load(const char* file, Query& query) {
  std::ifstream lines(file);
  std::string line;
  size_t copies = 0;
  std::string group;
  while (std::getline(lines, line)) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty() || line.front() == '#') continue;
    const auto words = split(line, ' ');
    if (line.starts_with("missing ")) {
      query.missing.push_back(line.substr(8));
    } else if (words[0] == "short" && words.size() == 2) {
      query.answer_when_short = static_cast<LONG>(std::strtoul(words[1].c_str(), nullptr, 16));
    } else if (line == "collect") {
      query.collections.emplace_back();
    } else if (query.collections.empty()) {
      return false;
    } else if (words[0] == "status" && words.size() == 2) {
      query.collections.back().status = static_cast<LONG>(std::strtoul(words[1].c_str(), nullptr, 16));
    } else if (words[0] == "sleep" && words.size() == 2) {
      query.collections.back().sleep_ms = static_cast<DWORD>(std::atoi(words[1].c_str()));
    } else if (line == "grow") {
      query.collections.back().grows = true;
    } else if (words[0] == "copies" && words.size() == 3) {
      copies = static_cast<size_t>(std::atoi(words[1].c_str()));
      group = words[2];
    } else {
      Value value = parse_value(line);
      for (size_t i = 0; i < std::max<size_t>(copies, 1); ++i) {
        if (copies > 0) value.instance = group + "," + std::to_string(i);
        query.collections.back().values.push_back(value);
      }
      copies = 0;
    }
  }
  return !query.collections.empty();
}

std::string narrow(const wchar_t* text) {
  std::string result;
  for (; *text != L'\0'; ++text) result += static_cast<char>(*text);
  return result;
}

}  // namespace

#define EXPORT extern "C" __declspec(dllexport) LONG WINAPI

EXPORT PdhOpenQueryW(const wchar_t*, DWORD_PTR, void** query) {
  char file[1024];
  const DWORD length = GetEnvironmentVariableA("PLIMSOLL_PDH_PLAY", file, sizeof file);
  if (length == 0 || length >= sizeof file) return kNoFile;
  auto opened = std::make_unique<Query>();
  if (!load(file, *opened)) return kNoFile;
  delete the_query;
  the_query = opened.release();
  *query = the_query;
  return kOk;
}

EXPORT PdhCloseQuery(void* query) {
  if (query != the_query) return kNoData;
  delete the_query;
  the_query = nullptr;
  return kOk;
}

EXPORT PdhAddEnglishCounterW(void* handle, const wchar_t* path, DWORD_PTR, void** counter) {
  auto* query = static_cast<Query*>(handle);
  auto name = std::make_unique<std::string>(narrow(path));
  if (std::find(query->missing.begin(), query->missing.end(), *name) != query->missing.end()) return kNoObject;
  *counter = name.get();
  query->counters.push_back(std::move(name));
  return kOk;
}

EXPORT PdhCollectQueryData(void* handle) {
  auto* query = static_cast<Query*>(handle);
  if (query->counters.empty()) return kNoData;
  query->current = &query->collections[query->next];
  if (query->next + 1 < query->collections.size()) ++query->next;
  if (query->current->sleep_ms > 0) Sleep(query->current->sleep_ms);
  return query->current->status;
}

EXPORT PdhGetRawCounterArrayW(void* counter, DWORD* bytes, DWORD* count, Item* items) {
  if (the_query == nullptr || the_query->current == nullptr) return kNoData;
  const std::string& path = *static_cast<std::string*>(counter);
  std::vector<const Value*> found;
  size_t units = 0;
  for (const Value& value : the_query->current->values) {
    if (value.path != path) continue;
    found.push_back(&value);
    units += value.instance.size() + 1;
  }
  if (found.empty()) return kNoObject;
  auto needed = static_cast<DWORD>(found.size() * sizeof(Item) + units * sizeof(wchar_t));
  const bool fits = items != nullptr && *bytes >= needed;
  if (fits && the_query->current->grows) {
    the_query->current->grows = false;
    needed = *bytes * 2;
  }
  const bool enough = items != nullptr && *bytes >= needed;
  if (*bytes > 0 && !enough && the_query->answer_when_short != kOk) {
    *bytes = 1;
    return the_query->answer_when_short;
  }
  *bytes = needed;
  *count = static_cast<DWORD>(found.size());
  if (!enough) return kMoreData;
  auto* names = reinterpret_cast<wchar_t*>(items + found.size());
  for (size_t i = 0; i < found.size(); ++i) {
    items[i] = {names, found[i]->counter};
    for (const char c : found[i]->instance) *names++ = static_cast<wchar_t>(c);
    *names++ = L'\0';
  }
  return kOk;
}
