#include "sw/compiler/cifar10.h"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <cerrno>
#include <exception>
#include <map>
#include <memory>
#include <new>
#include <stdexcept>

#include "sw/compiler/gzip_stream.h"
#include "sw/compiler/jpeg.h"

namespace kasane {
namespace {

constexpr std::uint32_t side = 32;
constexpr std::uint32_t channels = 3;
constexpr std::int64_t max_picture_bytes = 65536;  // many times what 32 x 32 pixels take
constexpr const char* what_it_is =
    "CIFAR-10 as a tar.gz archive of train/<class>/<n>.jpg and test/<class>/<n>.jpg, which does not come "
    "with "
    "this repository";

/// The files of one member after the other, unpacked as they are read. libarchive takes the tar apart; the
/// gzip stream is our own because libarchive's does not compare checksums.
class ArchiveReader {
 public:
  explicit ArchiveReader(const std::filesystem::path& file)
      : file_(file), packed_(file, what_it_is), archive_(archive_read_new(), &archive_read_free) {
    if (!archive_) throw std::bad_alloc();
    archive_read_support_format_tar(archive_.get());
    check(archive_read_open(archive_.get(), this, nullptr, &ArchiveReader::supply, nullptr));
  }

  /// Goes to the next regular file; false at the end of the archive.
  bool next() {
    do {
      const int status = archive_read_next_header(archive_.get(), &entry_);
      if (status == ARCHIVE_EOF) {
        while (packed_.read(block_) != 0) continue;
        return false;
      }
      check(status);
    } while (archive_entry_filetype(entry_) != AE_IFREG);
    return true;
  }

  std::filesystem::path name() const {
    const char* name = archive_entry_pathname(entry_);
    return name != nullptr ? name : "";
  }

  std::vector<std::uint8_t> content() {
    const std::int64_t size = archive_entry_size(entry_);
    if (size > max_picture_bytes) {
      fail("has " + std::to_string(size) + " bytes, expected at most " + std::to_string(max_picture_bytes));
    }
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
    const la_ssize_t got = archive_read_data(archive_.get(), bytes.data(), bytes.size());
    if (got < 0) check(static_cast<int>(got));
    if (got != size) fail("ends early, expected " + std::to_string(size) + " bytes");
    return bytes;
  }

  /// Refuses the present member.
  [[noreturn]] void fail(const std::string& message) const {
    throw std::runtime_error(file_.string() + ": " + name().string() + ": " + message);
  }

 private:
  static la_ssize_t supply(archive* reader, void* self, const void** data) {
    auto& that = *static_cast<ArchiveReader*>(self);
    try {
      *data = that.block_.data();
      return static_cast<la_ssize_t>(that.packed_.read(that.block_));
    } catch (...) {  // must not leave through libarchive's frames
      that.failure_ = std::current_exception();
      archive_set_error(reader, EIO, "cannot be unpacked");
      return -1;
    }
  }

  void check(int status) const {
    if (failure_) std::rethrow_exception(failure_);
    if (status == ARCHIVE_OK || status == ARCHIVE_WARN) return;
    const char* reason = archive_error_string(archive_.get());
    throw std::runtime_error(file_.string() + ": cannot be read as a tar archive" +
                             (reason != nullptr ? std::string(" (") + reason + ")" : "") + ", expected " +
                             what_it_is);
  }

  std::filesystem::path file_;
  GzipStream packed_;
  std::array<std::uint8_t, 65536> block_;
  std::exception_ptr failure_;
  std::unique_ptr<archive, int (*)(archive*)> archive_;
  archive_entry* entry_ = nullptr;
};

struct Picture {
  std::string split;
  std::size_t label;
  std::string file;
};

/// What a member's last three names say.
Picture picture_of(const ArchiveReader& reader, const std::filesystem::path& name) {
  const auto& classes = cifar10_classes();
  const std::filesystem::path folder = name.parent_path();
  const std::string split = folder.parent_path().filename().string();
  const auto known = std::find(classes.begin(), classes.end(), folder.filename().string());
  if ((split != "train" && split != "test") || known == classes.end()) {
    reader.fail(
        "is no picture of CIFAR-10, expected train|test/<class>/<number>.jpg with one of its 10 classes");
  }
  return {split, static_cast<std::size_t>(known - classes.begin()), name.filename().string()};
}

/// The first pictures of one class by file name, as they are in the archive.
class FirstPictures {
 public:
  explicit FirstPictures(std::size_t wanted) : wanted_(wanted) {}

  void offer(ArchiveReader& reader, const std::string& file) {
    if (wanted_ == 0 || (files_.size() == wanted_ && file > files_.rbegin()->first)) return;
    if (!files_.emplace(file, reader.content()).second) {
      reader.fail("is there twice, expected each picture once");
    }
    if (files_.size() > wanted_) files_.erase(std::prev(files_.end()));
  }

  std::size_t wanted() const { return wanted_; }
  const std::map<std::string, std::vector<std::uint8_t>>& files() const { return files_; }

 private:
  std::size_t wanted_;
  std::map<std::string, std::vector<std::uint8_t>> files_;
};

/// "train/cat/"
std::string folder_name(const std::string& split, std::size_t label) {
  return split + "/" + cifar10_classes()[label] + "/";
}

/// Of every class, as many as round-robin takes of it.
std::vector<FirstPictures> read_first_pictures(const std::filesystem::path& archive, const std::string& split,
                                               std::size_t images) {
  const std::size_t classes = cifar10_classes().size();
  std::vector<FirstPictures> pictures;
  for (std::size_t label = 0; label < classes; ++label)
    pictures.emplace_back(images / classes + (label < images % classes ? 1 : 0));
  ArchiveReader reader(archive);
  while (reader.next()) {
    const std::filesystem::path name = reader.name();
    if (name.extension() != ".jpg") continue;
    const Picture picture = picture_of(reader, name);
    if (picture.split == split) pictures[picture.label].offer(reader, picture.file);
  }
  for (std::size_t label = 0; label < classes; ++label) {
    const std::size_t found = pictures[label].files().size();
    if (found < pictures[label].wanted()) {
      throw std::runtime_error(archive.string() + ": has " + std::to_string(found) + " pictures in " +
                               folder_name(split, label) + ", expected " +
                               std::to_string(pictures[label].wanted()) + " for " + std::to_string(images) +
                               " images taken evenly from " + std::to_string(classes) + " classes");
    }
  }
  return pictures;
}

}  // namespace

const std::vector<std::string>& cifar10_classes() {
  static const std::vector<std::string> names = {"airplane", "automobile", "bird",  "cat",  "deer",
                                                 "dog",      "frog",       "horse", "ship", "truck"};
  return names;
}

Dataset load_cifar10(const std::filesystem::path& archive, Cifar10Split split, std::size_t images) {
  const std::string name = split == Cifar10Split::test ? "test" : "train";
  const std::vector<FirstPictures> pictures = read_first_pictures(archive, name, images);
  Dataset dataset{.channels = channels, .height = side, .width = side, .class_names = cifar10_classes()};
  dataset.pixels.resize(images * dataset.image_bytes());
  dataset.labels.resize(images);
  for (std::size_t label = 0; label < pictures.size(); ++label) {
    std::size_t image = label;
    for (const auto& [file, bytes] : pictures[label].files()) {
      try {
        decode_jpeg(bytes, side, side, &dataset.pixels[image * dataset.image_bytes()]);
      } catch (const std::runtime_error& error) {
        throw std::runtime_error(archive.string() + ": " + folder_name(name, label) + file + ": " +
                                 error.what());
      }
      dataset.labels[image] = static_cast<std::uint8_t>(label);
      image += pictures.size();
    }
  }
  return dataset;
}

}  // namespace kasane
