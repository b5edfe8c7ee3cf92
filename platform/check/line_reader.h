/// Lines of a text file of any size, with bounded memory.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace kasane::checks {

/// Throws CannotRead where the file cannot be opened or read.
class LineReader {
 public:
  explicit LineReader(const std::filesystem::path& path);

  /// The next line without its end; valid until the next call. A last line that has no end is not given.
  std::optional<std::string_view> next();
  /// Number of the line given last, from 1.
  std::uint64_t line() const { return line_; }
  /// After the last line: whether the file ends within a line, as that of a killed program may.
  bool ends_within_line() const { return ends_within_line_; }

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  bool fill();

  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Closer> file_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  ///< what was not given yet: from here ...
  std::size_t end_ = 0;    ///< ... to here
  std::uint64_t line_ = 0;
  bool ends_within_line_ = false;
};

}  // namespace kasane::checks
