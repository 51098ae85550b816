// See container_pids.h.
#include "container_pids.h"

#include "container_reader.h"

namespace plimsoll::linux_os {
namespace {

class ContainerPidsReader final : public ContainerReader {
 public:
  using ContainerReader::ContainerReader;

  const char* noun() const override { return "container.pids"; }

  void read_slow(Sample& sample) override {
    if (moved()) choose_files();
    Result<double> least = placement().known() ? Reason::unsupported : placement().reason;
    for (KeptFile& file : limit_files_) take_least(least, read_limit(file));
    sample.put(Field::container_pids_limit_count, least);
  }

  void read_rates(Sample& sample) override {
    const Result<double> current = current_files_.empty() ? placement().reason : read_amount(current_files_.front());
    sample.put(Field::container_pids_current_count, watch(current));
  }

  void describe(Sources& sources) const override {
    sources.add(Field::container_pids_current_count, placement().source("pids.current"));
    sources.add(Field::container_pids_limit_count, placement().source("pids.max", "least"));
  }

 private:
  const Placement& placement() const { return groups().of(Controller::pids); }

  void choose_files() {
    limit_files_.clear();
    current_files_.clear();
    for (const auto& directory : placement().levels) limit_files_.emplace_back(root(), directory + "/pids.max");
    if (placement().known()) current_files_.emplace_back(root(), placement().levels.front() + "/pids.current");
  }

  std::vector<KeptFile> limit_files_;    // as the placement's levels: own group first
  std::vector<KeptFile> current_files_;  // none or one
};

}  // namespace

std::unique_ptr<Reader> container_pids_reader(Root& root, std::shared_ptr<ControlGroups> groups) {
  return std::make_unique<ContainerPidsReader>(root, std::move(groups));
}

}  // namespace plimsoll::linux_os
