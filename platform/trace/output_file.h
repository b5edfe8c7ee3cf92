/// A file of a run's folder whose every write is checked.
#pragma once

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kasane {

/// A run's file cannot be written; what() is one line with the file's name and the system's reason.
class OutputError : public std::runtime_error {
  using runtime_error::runtime_error;
};

/// A growing file, readable up to its last flush at any moment: at most a second of host time is lost when
/// the program is killed. Only whole records reach the file, so that it never ends within one. Throws
/// OutputError.
class OutputFile {
 public:
  explicit OutputFile(std::filesystem::path path);
  /// Flushes and closes without checking; use close() where the result matters.
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Adds one record: a line, a packet.
  void write(std::string_view record);
  /// Flushes, where half a second has passed since the last time.
  void flush_if_due();
  bool flush_is_due() const;
  /// Flushes and closes; further writes are an error.
  void close();

  const std::filesystem::path& path() const { return path_; }

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  [[noreturn]] void fail() const;
  void flush();

  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Closer> file_;  ///< unbuffered: what is not in the file yet is in pending_
  std::string pending_;
  std::chrono::steady_clock::time_point flushed_;
};

/// Writes a whole file: under its final name there is the old content or the new one, never a part.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

}  // namespace kasane
