#include "platform/trace/output_file.h"

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace kasane {

OutputFile::OutputFile(std::filesystem::path path)
    : path_(std::move(path)),
      file_(std::fopen(path_.c_str(), "wb")),
      flushed_(std::chrono::steady_clock::now()) {
  if (!file_) fail();
}

void OutputFile::fail() const {
  throw OutputError(path_.string() + ": cannot write: " + std::strerror(errno));
}

void OutputFile::write(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) fail();
}

void OutputFile::flush() {
  if (std::fflush(file_.get()) != 0) fail();
  flushed_ = std::chrono::steady_clock::now();
}

void OutputFile::flush_if_due() {
  if (std::chrono::steady_clock::now() - flushed_ >= std::chrono::seconds(1)) flush();
}

void OutputFile::close() {
  if (!file_) return;
  flush();
  if (std::fclose(file_.release()) != 0) fail();
}

void write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  const std::filesystem::path temporary = path.string() + ".partial";
  try {
    OutputFile file(temporary);
    file.write(content);
    file.close();
    std::filesystem::rename(temporary, path);
  } catch (const std::exception&) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    throw;
  }
}

}  // namespace kasane
