/// A text that is the same for two runs exactly where everything that decides their results is.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "models/common/config/section.h"
#include "platform/scenario/scenario.h"

namespace kasane {

/// Contents of files by their hash; each file is read once.
class FileHashes {
 public:
  /// Of a file, or of all regular files of a folder by their names. A path that cannot be read has the hash
  /// of its absence: the run itself says what is wrong with it.
  const std::string& of(const std::filesystem::path& path);

 private:
  std::map<std::filesystem::path, std::string> known_;
};

/// Hash (XXH3, 128 bits, as hexadecimal text) of the program, the scenario's file and overrides, and every
/// file that the scenario names.
std::string fingerprint(const Scenario& scenario, std::span<const Override> overrides,
                        const std::filesystem::path& program, FileHashes& files);

}  // namespace kasane
