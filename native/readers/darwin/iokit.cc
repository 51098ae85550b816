// See iokit.h. Traps: IOServiceGetMatchingServices() consumes the dictionary it is given; every other object belongs to
// who asked for it. CFSTR cannot be used (the compiler would bind a symbol of CoreFoundation), so keys are made once and
// kept. CoreFoundation takes the thread that loads it for the program's main thread, and ends a forked child that uses it:
// so it is used only where the host program has loaded it (Node and Electron link it), and never in a forked child.
#include "iokit.h"

#include "../clock.h"

#include <algorithm>
#include <array>
#include <dlfcn.h>
#include <mach/kern_return.h>

namespace plimsoll::darwin_os {
namespace {

using Ref = const void*;      // any CoreFoundation object
using Entry = uint32_t;       // io_object_t: a Mach port name
constexpr const char* kIoKitPath = "/System/Library/Frameworks/IOKit.framework/IOKit";
// By its own name, then by the one that programs use. Neither is a file since macOS 11: the loader knows them all the same.
constexpr const char* kCoreFoundationPaths[] = {"/System/Library/Frameworks/CoreFoundation.framework/Versions/A/CoreFoundation",
                                                "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation"};
constexpr const char* kServicePlane = "IOService";  // kIOServicePlane
constexpr uint32_t kUtf8 = 0x08000100;              // kCFStringEncodingUTF8
constexpr long kSigned64 = 4;                       // kCFNumberSInt64Type
constexpr uint32_t kUpwards = 3;                    // kIORegistryIterateRecursively | kIORegistryIterateParents
constexpr int kNotPermitted = static_cast<int>(0xe00002e2);  // kIOReturnNotPermitted: a sandbox
constexpr size_t kNameBytes = 128;

const uint32_t kLoadedIn = process_id();  // this module's own process

}  // namespace

struct IoKitLibrary {
  Ref (*matching)(const char*);
  int (*matching_services)(Entry, Ref, Entry*);
  Entry (*next)(Entry);
  int (*release_entry)(Entry);
  int (*entry_id)(Entry, uint64_t*);
  int (*child)(Entry, const char*, Entry*);
  Ref (*property)(Entry, Ref, Ref, uint32_t);
  Ref (*search)(Entry, const char*, Ref, Ref, uint32_t);
  Ref (*make_string)(Ref, const char*, uint32_t);
  unsigned char (*string_bytes)(Ref, char*, long, uint32_t);
  Ref (*value)(Ref, Ref);
  unsigned char (*number)(Ref, long, void*);
  unsigned long (*type_of)(Ref);
  unsigned long (*dictionary_type)();
  unsigned long (*number_type)();
  unsigned long (*string_type)();
  void (*release)(Ref);

  Ref statistics_key, protocol_key, location_key, name_key;
  std::array<Ref, kDiskCounters> counter_keys;

  static const IoKitLibrary* get();

 private:
  bool load();
  bool make_keys();
};

namespace {

template <typename Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

// A CoreFoundation object of ours.
class Owned {
 public:
  Owned(const IoKitLibrary& library, Ref object) : library_(library), object_(object) {}
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() {
    if (object_ != nullptr) library_.release(object_);
  }
  Ref get() const { return object_; }

 private:
  const IoKitLibrary& library_;
  Ref object_;
};

// An entry of a dictionary, or null where either is not what it should be.
Ref entry_of(const IoKitLibrary& library, Ref dictionary, Ref key) {
  if (dictionary == nullptr || library.type_of(dictionary) != library.dictionary_type()) return nullptr;
  return library.value(dictionary, key);
}

std::string text_of(const IoKitLibrary& library, Ref string) {
  char text[kNameBytes];
  if (string == nullptr || library.type_of(string) != library.string_type()) return {};
  return library.string_bytes(string, text, sizeof text, kUtf8) != 0 ? std::string(text) : std::string();
}

Result<int64_t> number_of(const IoKitLibrary& library, Ref number) {
  int64_t value = 0;
  if (number == nullptr) return Reason::unsupported;
  if (library.type_of(number) != library.number_type() || library.number(number, kSigned64, &value) == 0) return Reason::malformed;
  return value;
}

}  // namespace

bool IoKitLibrary::load() {
  void* foundation = nullptr;
  for (const char* path : kCoreFoundationPaths) {
    if (foundation == nullptr) foundation = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
  }
  if (foundation == nullptr) return false;
  void* const kit = dlopen(kIoKitPath, RTLD_LAZY | RTLD_LOCAL);
  if (kit == nullptr) return false;
  return find(kit, "IOServiceMatching", matching) && find(kit, "IOServiceGetMatchingServices", matching_services) &&
         find(kit, "IOIteratorNext", next) && find(kit, "IOObjectRelease", release_entry) &&
         find(kit, "IORegistryEntryGetRegistryEntryID", entry_id) && find(kit, "IORegistryEntryGetChildEntry", child) &&
         find(kit, "IORegistryEntryCreateCFProperty", property) && find(kit, "IORegistryEntrySearchCFProperty", search) &&
         find(foundation, "CFStringCreateWithCString", make_string) && find(foundation, "CFStringGetCString", string_bytes) &&
         find(foundation, "CFDictionaryGetValue", value) && find(foundation, "CFNumberGetValue", number) &&
         find(foundation, "CFGetTypeID", type_of) && find(foundation, "CFDictionaryGetTypeID", dictionary_type) &&
         find(foundation, "CFNumberGetTypeID", number_type) && find(foundation, "CFStringGetTypeID", string_type) &&
         find(foundation, "CFRelease", release) && make_keys();
}

bool IoKitLibrary::make_keys() {
  const auto make = [this](const char* text) { return make_string(nullptr, text, kUtf8); };
  statistics_key = make("Statistics");
  protocol_key = make("Protocol Characteristics");
  location_key = make("Physical Interconnect Location");
  name_key = make("BSD Name");
  for (size_t i = 0; i < kDiskCounters; ++i) counter_keys[i] = make(kStatisticKeys[i]);
  const bool all = std::find(counter_keys.begin(), counter_keys.end(), nullptr) == counter_keys.end();
  return all && statistics_key != nullptr && protocol_key != nullptr && location_key != nullptr && name_key != nullptr;
}

// Loaded once and kept as long as the process lives. Null: it is not to be had here.
const IoKitLibrary* IoKitLibrary::get() {
  if (process_id() != kLoadedIn) return nullptr;
  static const IoKitLibrary* const loaded = []() -> const IoKitLibrary* {
    auto library = std::make_unique<IoKitLibrary>();
    return library->load() ? library.release() : nullptr;
  }();
  return loaded;
}

Disks::Disks() : library_(IoKitLibrary::get()) {}

Disks::~Disks() {
  if (process_id() != kLoadedIn) return;  // a forked child has none of these ports
  for (const Disk& disk : disks_) library_->release_entry(disk.driver);
}

std::string Disks::location(uint32_t driver) const {
  const Owned protocol(*library_, library_->search(driver, kServicePlane, library_->protocol_key, nullptr, kUpwards));
  return text_of(*library_, entry_of(*library_, protocol.get(), library_->location_key));
}

// Takes over the reference to the driver. False: it does not tell who it is.
bool Disks::keep_or_add(uint32_t driver) {
  uint64_t id = 0;
  if (library_->entry_id(driver, &id) != KERN_SUCCESS) {
    library_->release_entry(driver);
    return false;
  }
  const auto known = std::find_if(disks_.begin(), disks_.end(), [id](const Disk& disk) { return disk.id == id; });
  const bool counted = known != disks_.end() ? known->counted : is_real_disk(location(driver));
  found_.push_back({id, driver, counted});
  return true;
}

Reason Disks::refresh() {
  if (library_ == nullptr) return Reason::disabled;
  Entry drivers = 0;
  const int outcome = library_->matching_services(0, library_->matching("IOBlockStorageDriver"), &drivers);
  if (outcome != KERN_SUCCESS) return outcome == kNotPermitted ? Reason::denied : Reason::internal;
  found_.clear();  // keeps its room
  for (Entry driver = library_->next(drivers); driver != 0; driver = library_->next(drivers)) keep_or_add(driver);
  library_->release_entry(drivers);
  disks_.swap(found_);
  for (const Disk& disk : found_) library_->release_entry(disk.driver);
  return Reason::known;
}

Result<DiskCounters> Disks::counters(const Disk& disk) const {
  const Owned statistics(*library_, library_->property(disk.driver, library_->statistics_key, nullptr, 0));
  if (statistics.get() == nullptr) return Reason::gone;
  StatisticNumbers numbers = {Reason::unsupported, Reason::unsupported, Reason::unsupported, Reason::unsupported};
  for (size_t i = 0; i < kDiskCounters; ++i) {
    numbers[i] = number_of(*library_, entry_of(*library_, statistics.get(), library_->counter_keys[i]));
  }
  return decode_statistics(numbers);
}

std::string Disks::name(const Disk& disk) const {
  Entry media = 0;
  if (library_->child(disk.driver, kServicePlane, &media) != KERN_SUCCESS) return {};
  std::string name;
  {
    const Owned text(*library_, library_->property(media, library_->name_key, nullptr, 0));
    name = text_of(*library_, text.get());
  }
  library_->release_entry(media);
  return name;
}

}  // namespace plimsoll::darwin_os
