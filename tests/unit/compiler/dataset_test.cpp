// IDX files and the blob that firmware reads.
#include "sw/compiler/dataset.h"

#include <cstring>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "kasane/dataset.h"
#include "sw/compiler/idx.h"

namespace kasane {
namespace {

using ::testing::HasSubstr;

class Idx : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& bytes, bool zipped = false) {
    const std::string test = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    const auto folder = std::filesystem::path(::testing::TempDir()) / "kasane_idx" / test;
    std::filesystem::create_directories(folder);
    const auto file = folder / name;
    if (zipped) {
      gzFile stream = gzopen(file.c_str(), "wb");
      gzwrite(stream, bytes.data(), static_cast<unsigned>(bytes.size()));
      gzclose(stream);
    } else {
      std::ofstream(file, std::ios::binary) << bytes;
    }
    return file;
  }
  static std::string error(const std::filesystem::path& file, std::size_t rank) {
    try {
      read_idx(file, rank);
    } catch (const std::runtime_error& failure) {
      EXPECT_THAT(failure.what(), ::testing::StartsWith(file.string() + ": "));
      return failure.what();
    }
    return "no error";
  }
  /// Two images of 2 x 3 with pixels 0 ... 11.
  const std::string images_ = std::string("\0\0\x08\x03\0\0\0\2\0\0\0\2\0\0\0\3", 16) +
                              std::string("\0\1\2\3\4\5\6\7\x08\x09\x0A\x0B", 12);
  const std::string labels_ = std::string("\0\0\x08\x01\0\0\0\2\1\0", 10);
};

TEST_F(Idx, PlainAndZippedAreTheSame) {
  for (const bool zipped : {false, true}) {
    const auto array = read_idx(write("images", images_, zipped), 3);
    EXPECT_EQ(array.dims, (std::vector<std::uint32_t>{2, 2, 3}));
    ASSERT_EQ(array.values.size(), 12U);
    EXPECT_EQ(array.values[11], 11);
  }
}

TEST_F(Idx, BadFilesAreOneLine) {
  EXPECT_THAT(error("/nowhere/file", 3), HasSubstr("cannot be opened"));
  for (std::size_t bytes = 0; bytes < images_.size(); ++bytes)
    EXPECT_THAT(error(write("short", images_.substr(0, bytes)), 3), HasSubstr("ends early")) << bytes;
  EXPECT_THAT(error(write("long", images_ + "x"), 3), HasSubstr("goes on"));
  EXPECT_THAT(error(write("labels", labels_), 3), HasSubstr("no IDX file"));
  EXPECT_THAT(error(write("huge", std::string("\0\0\x08\x01\xFF\xFF\xFF\xFF", 8)), 1),
              HasSubstr("impossible size"));
  const auto zipped = write("zipped", images_, true);
  std::filesystem::resize_file(zipped, std::filesystem::file_size(zipped) - 9);
  EXPECT_THAT(error(zipped, 3), HasSubstr("expected"));
}

TEST_F(Idx, BlobIsWhatFirmwareExpects) {
  const auto dataset = load_idx_dataset(write("images", images_), write("labels", labels_),
                                        {"first", "a name longer than fifteen characters"});
  const auto blob = dataset_blob(dataset, 1, 1);
  kasane_dataset header;
  std::memcpy(&header, blob.data(), sizeof(header));
  EXPECT_EQ(header.magic, KASANE_DATASET_MAGIC);
  EXPECT_EQ(header.images, 1U);
  EXPECT_EQ(header.height, 2U);
  EXPECT_EQ(header.width, 3U);
  EXPECT_EQ(header.images_offset % 64, 0U);
  EXPECT_EQ(blob[header.images_offset], 6);
  EXPECT_EQ(blob[header.labels_offset], 0);
  const char* name =
      reinterpret_cast<const char*>(&blob[header.class_names_offset + KASANE_CLASS_NAME_BYTES]);
  EXPECT_STREQ(name, "a name longer t");
  EXPECT_THROW(dataset_blob(dataset, 1, 2), std::invalid_argument);
  EXPECT_EQ(compiler::CalibrationImages(calibration_images(dataset, 0, 2)).pixels.size(), 12U);
}

TEST_F(Idx, LabelsMustFitImagesAndNames) {
  EXPECT_THROW(load_idx_dataset(write("images", images_), write("labels", labels_), {"only one"}),
               std::runtime_error);
  const auto three = write("three", std::string("\0\0\x08\x01\0\0\0\3\0\0\0", 11));
  EXPECT_THROW(load_idx_dataset(write("images", images_), three, {"a", "b"}), std::runtime_error);
}

}  // namespace
}  // namespace kasane
