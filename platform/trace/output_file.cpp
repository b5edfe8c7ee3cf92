#include "platform/trace/output_file.h"

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace kasane {
namespace {
constexpr std::size_t flush_bytes = 256 * 1024;
constexpr std::chrono::milliseconds flush_interval{500};
}  // namespace

OutputFile::OutputFile(std::filesystem::path path)
    : path_(std::move(path)),
      file_(std::fopen(path_.c_str(), "wb")),
      flushed_(std::chrono::steady_clock::now()) {
  if (!file_) fail();
  std::setvbuf(file_.get(), nullptr, _IONBF, 0);
}

OutputFile::~OutputFile() {
  if (file_) std::fwrite(pending_.data(), 1, pending_.size(), file_.get());
}

void OutputFile::fail() const {
  throw OutputError(path_.string() + ": cannot write: " + std::strerror(errno));
}

void OutputFile::write(std::string_view record) {
  if (!file_) throw OutputError(path_.string() + ": cannot write: the file is finished");
  pending_ += record;
  if (pending_.size() >= flush_bytes) flush();
}

void OutputFile::flush() {
  const std::size_t written = std::fwrite(pending_.data(), 1, pending_.size(), file_.get());
  const bool complete = written == pending_.size();
  if (complete) {
    pending_.clear();
  } else {
    pending_.erase(0, written);
    fail();
  }
  flushed_ = std::chrono::steady_clock::now();
}

bool OutputFile::flush_is_due() const {
  return std::chrono::steady_clock::now() - flushed_ >= flush_interval;
}

void OutputFile::flush_if_due() {
  if (flush_is_due()) flush();
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
