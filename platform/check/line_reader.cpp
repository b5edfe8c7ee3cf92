#include "platform/check/line_reader.h"

#include <cerrno>
#include <cstring>

#include "platform/check/findings.h"

namespace kasane::checks {

LineReader::LineReader(const std::filesystem::path& path)
    : path_(path), file_(std::fopen(path.c_str(), "rb")), buffer_(std::size_t{1} << 20) {
  if (!file_) throw CannotRead(path.string() + ": " + std::strerror(errno));
}

std::optional<std::string_view> LineReader::next() {
  std::size_t searched = begin_;
  while (true) {
    const void* found = std::memchr(buffer_.data() + searched, '\n', end_ - searched);
    if (found != nullptr) {
      const std::size_t at = static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data());
      std::string_view line(buffer_.data() + begin_, at - begin_);
      begin_ = at + 1;
      ++line_;
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      return line;
    }
    const std::size_t seen = end_ - begin_;
    if (!fill()) {
      ends_within_line_ = end_ > begin_;
      return std::nullopt;
    }
    searched = begin_ + seen;
  }
}

/// Moves what is left to the front and reads more behind it; false at the end of the file.
bool LineReader::fill() {
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (end_ == buffer_.size()) buffer_.resize(2 * buffer_.size());
  const std::size_t read = std::fread(buffer_.data() + end_, 1, buffer_.size() - end_, file_.get());
  if (read == 0 && std::ferror(file_.get())) throw CannotRead(path_.string() + ": " + std::strerror(errno));
  end_ += read;
  return read > 0;
}

}  // namespace kasane::checks
