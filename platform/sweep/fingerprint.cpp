#include "platform/sweep/fingerprint.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <set>
#include <vector>
#include <xxhash.h>

namespace kasane {
namespace {

/// A stream of parts; each counts with its length, so that no two sequences of parts look the same.
class Hash {
 public:
  Hash() : state_(XXH3_createState()) { XXH3_128bits_reset(state_.get()); }
  void add(std::string_view part) {
    const std::uint64_t length = part.size();
    XXH3_128bits_update(state_.get(), &length, sizeof(length));
    XXH3_128bits_update(state_.get(), part.data(), part.size());
  }
  void add_content(std::istream& stream) {
    std::vector<char> buffer(1 << 20);
    while (stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || stream.gcount() > 0)
      add({buffer.data(), static_cast<std::size_t>(stream.gcount())});
  }
  std::string text() const {
    const XXH128_hash_t value = XXH3_128bits_digest(state_.get());
    std::array<char, 33> hex{};
    std::snprintf(hex.data(), hex.size(), "%016llx%016llx", static_cast<unsigned long long>(value.high64),
                  static_cast<unsigned long long>(value.low64));
    return hex.data();
  }

 private:
  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> state_;
};

std::string content_hash(const std::filesystem::path& path) {
  namespace fs = std::filesystem;
  Hash hash;
  std::set<fs::path> files;
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    for (const fs::directory_entry& entry : fs::directory_iterator(path, ignored))
      if (entry.is_regular_file(ignored)) files.insert(entry.path());
  } else {
    files.insert(path);
  }
  for (const fs::path& file : files) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) continue;
    hash.add(file.filename().string());
    hash.add_content(stream);
  }
  return hash.text();
}

/// A technology file and the table it names. A broken one is for its runs to complain of.
std::vector<std::filesystem::path> files_of(const TechnologyChoice& technology) {
  std::vector<std::filesystem::path> files{technology.file};
  try {
    files.push_back(Technology::sram_table_of(technology.file));
  } catch (const ConfigError&) {
    files.emplace_back();
  }
  return files;
}

}  // namespace

const std::string& FileHashes::of(const std::filesystem::path& path) {
  const auto [entry, is_new] = known_.try_emplace(path);
  if (is_new) entry->second = content_hash(path);
  return entry->second;
}

std::string fingerprint(const Scenario& scenario, std::span<const Override> overrides,
                        const std::filesystem::path& program, FileHashes& files) {
  Hash hash;
  const NetworkRun& run = scenario.network_run();
  const UnitDesignConfig& units = run.chip.kernel_comp_units.design;
  for (const auto& file :
       {program, scenario.file, run.software.firmware, run.software.network, run.dataset.source, units.file})
    hash.add(files.of(file));
  for (const auto& file : files_of(scenario.technology)) hash.add(files.of(file));
  for (const auto& network : units.networks) hash.add(files.of(network));
  for (const Override& change : overrides) {
    hash.add(change.path);
    hash.add(change.value);
  }
  return hash.text();
}

}  // namespace kasane
